// Reads the payload of a QR code from the address (after #), checks its
// signature on this device, then asks the server for the state when it can.
// Format: see cotonou/documents/qr.py.

const root = document.getElementById("scanned");
const VERSION = "1";
const WAIT_MS = 6000;
const UNREACHED = "hors-ligne=";

function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Error("alphabet");
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  // Several texts decode to the same bytes; only one of them is ours.
  const again = btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  if (again !== text) throw new Error("not canonical");
  return bytes;
}

function read(payload) {
  const bytes = fromBase64url(payload);
  const message = bytes.slice(64);
  const fields = new TextDecoder("utf-8", { fatal: true }).decode(message).split("|");
  if (fields.length !== 8 || fields[0] !== VERSION) throw new Error("version");
  const [, kind, office, serial, initials, day, code, keyId] = fields;
  return { kind, office, serial, initials, day, code, keyId, message, signature: bytes.slice(0, 64) };
}

async function signedBy(key, claim) {
  const raw = fromBase64url(key.x);
  try {
    const imported = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, imported, claim.signature, claim.message);
  } catch (error) {
    // Phones whose browser does not know Ed25519.
    const { verifyAsync } = await import(root.dataset.fallback);
    return verifyAsync(claim.signature, claim.message, raw, { zip215: false });
  }
}

async function json(url) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WAIT_MS);
  try {
    const response = await fetch(url, { signal: stop.signal, credentials: "omit" });
    return await response.json();
  } finally {
    clearTimeout(timer);
  }
}

async function fingerprint(payload) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(payload));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  return hex.join("").slice(0, 32);
}

function show(...names) {
  root.hidden = false;
  for (const part of root.querySelectorAll("[data-show]")) part.hidden = !names.includes(part.dataset.show);
}

function fill(name, text) {
  for (const place of root.querySelectorAll(`[data-field="${name}"]`)) place.textContent = text;
}

function day(date) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(date);
}

function fillPaper(claim, known) {
  fill("kind", known.kinds[claim.kind] || claim.kind);
  fill("serial", claim.serial);
  fill("initials", claim.initials);
  fill("date", day(new Date(claim.day.slice(0, 4), claim.day.slice(4, 6) - 1, claim.day.slice(6))));
  fill("office", known.offices[claim.office] || claim.office);
}

// The lines that the paper has and the QR has no room for: label and value, as text.
function fillMore(lines) {
  const list = root.querySelector('[data-part="lines"]');
  for (const old of list.querySelectorAll("[data-more]")) old.remove();
  for (const [label, value] of lines) {
    const row = list.lastElementChild.cloneNode(true);
    row.dataset.more = "";
    const [name, said] = row.children;
    name.textContent = label;
    said.textContent = value;
    delete said.dataset.field;
    list.append(row);
  }
}

function part(name, shown) {
  root.querySelector(`[data-part="${name}"]`).hidden = !shown;
}

function fillAnswer({ state, more, changed_on: changed, local }) {
  fillMore(more || []);
  part("short", local);
  part("changed", changed);
  part("REVOKED", state === "REVOKED");
  part("REPLACED", state === "REPLACED");
  fill("changed", changed || "");
}

const keyOf = (claim, known) => known.keys.find((candidate) => candidate.id === claim.keyId);

async function authentic(claim, known) {
  const key = keyOf(claim, known);
  return Boolean(key) && key.from <= claim.day && claim.day <= key.until && signedBy(key, claim);
}

// The server's word when it answers, else the list kept from the last visit.
async function answerFor(claim, payload, known) {
  try {
    const answer = await json(`${root.dataset.page}/${claim.code}/etat.json`);
    if (["VALID", "REPLACED", "REVOKED", "TRIAL"].includes(answer.state)) return answer;
    if (answer.state === "UNKNOWN") return { state: "PENDING" };
  } catch (error) {
    console.info("no answer from the server", error);
  }
  try {
    const list = await json(root.dataset.revocations);
    fill("list", day(new Date(list.at)));
    const withdrawn = list.withdrawn[await fingerprint(payload)];
    if (withdrawn) return { state: withdrawn, local: true };
  } catch (error) {
    console.info("no revocation list", error);
  }
  return { state: keyOf(claim, known).trial ? "TRIAL" : "OFFLINE", local: true };
}

// A code typed without a connection: the service worker brings it back here.
function unreached(typed) {
  const box = document.querySelector('input[name="code"]');
  if (typed && box) box.value = typed;
  show("UNREACHED");
  root.scrollIntoView({ block: "nearest" });
}

async function check() {
  const payload = location.hash.slice(1);
  if (!payload) return;
  if (payload.startsWith(UNREACHED)) {
    unreached(decodeURIComponent(payload.slice(UNREACHED.length)));
    return;
  }
  show("checking");
  let claim, known;
  try {
    claim = read(payload);
  } catch (error) {
    show("FORGED");
    return;
  }
  if (!crypto.subtle) {
    // Without https a browser checks no signature: the register's own page for this code says what it knows.
    location.replace(`${root.dataset.page}/${claim.code}`);
    return;
  }
  try {
    known = await json(root.dataset.keys);
  } catch (error) {
    show("UNREADY");
    return;
  }
  if (!(await authentic(claim, known))) {
    show("FORGED");
    return;
  }
  fillPaper(claim, known);
  const answer = await answerFor(claim, payload, known);
  fillAnswer(answer);
  show(answer.state, "paper");
  root.scrollIntoView({ block: "nearest" });
}

for (const form of document.querySelectorAll("main form")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    unreached("");
  });
}
addEventListener("hashchange", check);
check();
if ("serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker);
