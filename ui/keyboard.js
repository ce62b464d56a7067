// A popover that is opened by keyboard takes the keyboard in; Escape gives it back. Streamlit draws it at
// the end of the page: without this the whole page lies between a button and what it opens.
if (!window.atlasKeyboard) {
  window.atlasKeyboard = true;
  const BODY = "[data-testid=stPopoverBody]";
  const FIRST = "button, input, select, textarea, a[href], [tabindex='0']";
  let opener = null;
  const enter = (button, tries) => setTimeout(() => {
    const body = document.querySelector(BODY);
    const first = body?.querySelector(FIRST);
    if (!first && tries) return enter(button, tries - 1);
    if (!body) return;
    body.tabIndex = -1;
    (first ?? body).focus();
    opener = button;
  }, 100);
  document.addEventListener("keydown", ({ key, target }) => {
    const button = target.closest?.("[data-testid=stPopoverButton]");
    if (button && (key === "Enter" || key === " ")) enter(button, 15);
    else if (key === "Escape" && target.closest?.(BODY)) opener?.focus();
  }, true);
}
