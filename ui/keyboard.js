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
  // A calendar is one stop of the Tab key; arrows go from day to day, over days that are not there.
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.(".atlas-calendar [data-day]");
    const step = STEPS[event.key];
    if (!cell || !step) return;
    event.preventDefault();
    const at = new Date(cell.dataset.day + "T12:00Z");
    for (let tries = 0; tries < 30; tries++) {
      at.setUTCDate(at.getUTCDate() + step);
      const day = at.toISOString().slice(0, 10);
      const next = cell.closest(".atlas-calendar").querySelector(`[data-day="${day}"]`);
      if (next) return next.focus();
    }
  }, true);
}
