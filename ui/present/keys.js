// Moves between views by key and by swipe, and leaves the mode; never from inside a control or map.
const MOVES = {
  ArrowRight: "next", PageDown: "next", ArrowLeft: "previous", PageUp: "previous",
  Home: "first", End: "last", Escape: "exit",
};
const OWN = "input, textarea, select, .atlas-map, [contenteditable], [role=application]," +
  " [role=listbox], [role=combobox], [role=slider], [role=dialog], [data-baseweb=popover]";
const FAR = 60;

const isOwn = (event) =>
  event.composedPath().some((part) => part instanceof Element && part.matches(OWN));

export default function ({ setTriggerValue }) {
  const onKey = (event) => {
    const move = MOVES[event.key];
    const changed = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!move || changed || event.defaultPrevented || isOwn(event)) return;
    if (move === "exit" && document.querySelector("[data-baseweb=popover]")) return;
    event.preventDefault();
    setTriggerValue("move", move);
  };
  let start = null;
  const onStart = (event) => {
    const one = event.touches.length === 1 && !isOwn(event);
    start = one ? event.touches[0] : null;
  };
  const onEnd = (event) => {
    if (!start) return;
    const end = event.changedTouches[0];
    const [across, down] = [end.clientX - start.clientX, end.clientY - start.clientY];
    start = null;
    if (Math.abs(across) < FAR || Math.abs(across) < 2 * Math.abs(down)) return;
    setTriggerValue("move", across < 0 ? "next" : "previous");
  };
  window.addEventListener("keydown", onKey);
  window.addEventListener("touchstart", onStart, { passive: true });
  window.addEventListener("touchend", onEnd, { passive: true });
  return () => {
    window.removeEventListener("keydown", onKey);
    window.removeEventListener("touchstart", onStart);
    window.removeEventListener("touchend", onEnd);
  };
}
