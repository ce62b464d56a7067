// A field for a note. What is written lies in the browser until the server says that it is kept: a
// server that stops, or a page that is loaded anew, loses nothing. Keys are drawn here; the same key
// is the same note, so that sending it again is no second note. No name is asked for or sent.
const DAY = 24 * 3600 * 1000; // a workshop is open for eight hours: what is older is of no more use
const AGAIN = 3000; // milliseconds until a note without an answer is sent again
const boards = new WeakMap();

const read = (name) => {
  try { return JSON.parse(localStorage.getItem(name)) ?? {}; } catch { return {}; }
};
const write = (name, kept) => {
  const dated = { ...kept, seen: Date.now() };
  try { localStorage.setItem(name, JSON.stringify(dated)); } catch { /* this page alone keeps it */ }
};
const forgetOld = () => {
  let names = [];
  try { names = Object.keys(localStorage); } catch { /* this page alone keeps it */ }
  const ours = names.filter((name) => name.startsWith("atlas-workshop-"));
  for (const name of ours.filter((each) => (read(each).seen ?? 0) < Date.now() - DAY)) {
    localStorage.removeItem(name);
  }
};
const drawnKey = () => {
  const drawn = crypto.getRandomValues(new Uint8Array(16));
  return [...drawn].map((part) => part.toString(16).padStart(2, "0")).join("");
};

const build = (parent) => {
  const make = (name, more) => Object.assign(document.createElement(name), more);
  const board = { kept: {}, name: "", told: "", lead: "" };
  const form = make("form");
  const label = make("label", { htmlFor: "note" });
  board.field = make("textarea", { id: "note", rows: 2 });
  board.button = make("button", { type: "submit" });
  board.status = make("p");
  board.status.setAttribute("role", "status");
  board.label = label;
  form.append(label, board.field, board.button, board.status);
  parent.append(form);
  board.field.addEventListener("input", () => { board.kept.draft = board.field.value; board.keep(); });
  board.field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); board.add(); });
  board.keep = () => write(board.name, board.kept);
  board.add = () => {
    const words = board.field.value.trim();
    if (!words) return;
    board.kept.outbox.push({ key: drawnKey(), prompt: board.data.prompt, words });
    board.field.value = board.kept.draft = "";
    board.told = "";
    board.keep();
    board.send();
    board.field.focus();
  };
  board.send = () => {
    board.show();
    if (!board.kept.outbox.length) return;
    board.state("outbox", JSON.stringify({ notes: board.kept.outbox, at: Date.now() }));
  };
  board.show = () => {
    const many = board.kept.outbox.length;
    board.status.textContent = many ? `${board.data.waits} (${many})` : board.told;
  };
  board.answer = () => {
    for (const note of [...board.kept.outbox]) {
      const said = board.data.answers[note.key];
      if (said === undefined) continue;
      board.kept.outbox = board.kept.outbox.filter((each) => each.key !== note.key);
      board.told = said || board.data.saved;
      if (said && !board.field.value) board.field.value = board.kept.draft = note.words;
    }
    board.keep();
  };
  board.open = (data) => {
    if (board.name === `atlas-workshop-${data.shop}`) return;
    board.name = `atlas-workshop-${data.shop}`;
    forgetOld();
    board.kept = { draft: "", outbox: [], lead: "", ...read(board.name) };
    board.field.value = board.kept.draft;
  };
  return board;
};

export default function ({ data, parentElement, setStateValue }) {
  const board = boards.get(parentElement) ?? build(parentElement);
  boards.set(parentElement, board);
  board.data = data;
  board.state = setStateValue;
  board.open(data);
  if (data.lead) { board.kept.lead = data.lead; board.keep(); }
  if (board.kept.lead && !data.leads && board.lead !== board.kept.lead) {
    board.lead = board.kept.lead;
    setStateValue("lead", board.lead);
  }
  board.label.textContent = data.label;
  board.button.textContent = data.add;
  board.field.maxLength = data.most;
  board.answer();
  board.show();
  clearInterval(board.timer);
  board.timer = setInterval(board.send, AGAIN);
  return () => clearInterval(board.timer);
}
