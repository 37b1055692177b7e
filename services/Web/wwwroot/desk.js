// What a person's hands need: keys, acts, drafts, the command box. It listens on the document, so whatever the server draws later
// is served too, and it goes on while the live connection is away.
import { unitsLike } from './units.js';
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const words = JSON.parse($('#hub-words')?.textContent ?? '{}');
const say = (key, ...values) => (words[key] ?? key).replace(/\{(\d)\}/g, (_, n) => values[n] ?? '');
const shown = element => !element.disabled && element.getClientRects().length > 0;
const token = () => $('meta[name="hub-token"]')?.content ?? '';
const clock = at => new Date(at).toLocaleTimeString('zh-CN', { hour12: false });
const store = { get: key => { try { return localStorage.getItem(key); } catch { return null; } }, set: (key, text) => { try { localStorage.setItem(key, text); return true; } catch { return false; } }, drop: key => { try { localStorage.removeItem(key); } catch { } } };

/* ---- one line at the foot ---- */
let quiet;
export function tell(text, undo) {
  const bar = $('#said');
  if (!bar) return;
  clearTimeout(quiet);
  bar.replaceChildren(text);
  bar.hidden = text === '';
  if (undo) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn', textContent: say('undo') + ' ' });
    button.append(Object.assign(document.createElement('kbd'), { textContent: 'Ctrl Z' }));
    button.dataset.key = 'Ctrl+Z';
    button.onclick = undo;
    bar.append(button);
  }
  quiet = setTimeout(() => { bar.hidden = true; }, undo ? 8500 : 6000);
}

/* ---- keys ---- */
const editable = element => element?.closest?.('input:not([type=checkbox],[type=radio],[type=button],[type=submit]), textarea, select, [contenteditable]');
const name = e => {
  const key = e.key === ' ' ? 'Space' : e.key.length === 1 ? e.key.toUpperCase() : e.key;
  return [e.ctrlKey || e.metaKey ? 'Ctrl' : '', e.altKey ? 'Alt' : '', key].filter(Boolean).join('+');
};
// With Alt some layouts and systems change the letter: the key's place tells which one was meant.
const placed = e => e.altKey && /^(Key|Digit)/.test(e.code) ? 'Alt+' + e.code.replace(/^(Key|Digit)/, '') : name(e);
let composed = 0;
document.addEventListener('compositionend', () => { composed = performance.now(); });
document.addEventListener('keydown', e => {
  // The input method's own keys, and the one that ends a composition, are not ours.
  if (e.isComposing || e.keyCode === 229 || e.key === 'Process' || performance.now() - composed < 20) return;
  const pressed = placed(e);
  const plain = !e.ctrlKey && !e.metaKey && !e.altKey;
  if (pressed === 'Ctrl+K') { e.preventDefault(); palette(); return; }
  if (e.target.matches?.('[data-filter][type=search]') && (e.key === 'Enter' || e.key === 'Escape')) {
    e.preventDefault();
    if (e.key === 'Escape') { e.target.value = ''; filtered(e.target); }
    ($('[data-row]') ?? $('h1'))?.focus();
    return;
  }
  if (plain && /^F\d+$/.test(e.key) === false && e.key !== 'Escape' && editable(e.target)) return;
  if (pressed === '?') { e.preventDefault(); keyMap(); return; }
  if (pressed === '/') { const filter = $('[data-filter]'); if (filter) { e.preventDefault(); filter.focus(); } return; }
  const open = $('dialog[open]');
  // A row's key is for the row in hand, not for another one.
  const row = e.target.closest?.('[data-row]'), all = $$(`[data-key~="${CSS.escape(pressed)}"]`, open ?? document).filter(shown);
  const target = all.find(t => row?.contains(t)) ?? all.filter(t => !t.closest('[data-row]')).at(-1);
  if (target) {
    e.preventDefault();
    if (target.matches('input:not([type=checkbox],[type=radio]), textarea, select')) { target.focus(); target.select?.(); }
    else target.click();
    if (target.matches('summary') && target.parentElement.open) $('input:not([type=hidden]), textarea, select', target.parentElement)?.focus();
    return;
  }
  if (!plain || open) return;
  if (e.key === 'j' || e.key === 'k') { e.preventDefault(); move(e.key === 'j' ? 1 : -1); }
  else if (e.key === 'Enter') { const link = document.activeElement?.matches('[data-row]') && document.activeElement.querySelector('a'); if (link) link.click(); }
});

// What a list is narrowed to, told to the part that draws it; never the letters of a composition.
const filtered = field => { const told = field.parentElement.querySelector('[data-filtered]'); if (told && told.value !== field.value) { told.value = field.value; told.dispatchEvent(new Event('change', { bubbles: true })); } };
for (const event of ['input', 'compositionend']) document.addEventListener(event, e => { if (e.target.matches?.('[data-filter]') && !e.isComposing) filtered(e.target); });

function move(by) {
  const rows = $$('[data-row]').filter(shown);
  if (rows.length === 0) return;
  const at = rows.indexOf(document.activeElement?.closest('[data-row]'));
  const row = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  row.focus();
  row.scrollIntoView({ block: 'nearest' });
  if (by > 0 && row === rows.at(-1)) grow();
}
// A long list grows before one sees its end, whether it scrolls or the page around it. Each button is pressed once: what it brings has one of its own.
const grown = new WeakSet();
function grow() { const more = $('[data-more]'); if (more && !grown.has(more)) { grown.add(more); more.click(); } }
document.addEventListener('scroll', () => { if ($('[data-more]')?.getBoundingClientRect().top < innerHeight + 400) grow(); }, { capture: true, passive: true });

/* ---- focus: what the server draws anew keeps it; a row that is gone leaves it to the next one ---- */
let focused, place;
document.addEventListener('focusin', e => {
  focused = e.target;
  const rows = $$('[data-row]');
  place = { id: e.target.closest('[id]')?.id, at: rows.indexOf(e.target.closest('[data-row]')) };
});
// Whoever clicks beside it wants none; an element that is taken away loses it without wanting to.
document.addEventListener('focusout', e => queueMicrotask(() => { if (e.target.isConnected && e.target === focused && document.activeElement === document.body) focused = undefined; }));
function refocus() {
  if (!focused || focused.isConnected || document.activeElement !== document.body) return;
  const again = (place.id && document.getElementById(place.id)) || (place.at >= 0 && $$('[data-row]')[Math.min(place.at, $$('[data-row]').length - 1)]);
  if (again && again.id !== 'sheet') again.focus({ preventScroll: true });
}

/* ---- acts: a form is sent once, kept when it can't be, and answered beside its button ---- */
const busy = new WeakSet();
document.addEventListener('submit', e => {
  const form = e.target;
  if (!form.matches('form[data-act]')) return;
  e.preventDefault();
  if (busy.has(form)) return;
  const wrong = unfit(form);
  if (wrong) { refuse(form, wrong.text); wrong.field.focus(); return; }
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) return;
  if (form.dataset.hold) hold(form, e.submitter); else act(form, body(form, e.submitter));
});

const body = (form, submitter) => { const data = new FormData(form); if (submitter?.name) data.set(submitter.name, submitter.value); return data; };
// What the server would refuse anyway is said before the send is withheld, not eight seconds later.
function unfit(form) {
  for (const field of $$('[data-needed-said]', form)) if (!field.value.trim()) return { field, text: field.dataset.neededSaid };
  for (const field of $$('[data-most]', form)) if (field.value.length > +field.dataset.most && [...field.value].length > +field.dataset.most) return { field, text: field.dataset.mostSaid };
}
// A form that the server has drawn anew meanwhile is seen by nobody: then the foot of the page says it.
const beside = form => form.isConnected ? $('[data-said]', form) : null;
const refuse = (form, text) => {
  const place = beside(form);
  if (place) { place.textContent = text; place.hidden = text === ''; if (text) place.scrollIntoView({ block: 'nearest' }); } else if (text) tell(text);
};

async function act(form, data, keepalive = false) {
  busy.add(form);
  form.classList.add('busy');
  $$('button', form).forEach(b => b.setAttribute('aria-disabled', 'true'));
  refuse(form, '');
  // The act carries what is typed: a draft that came behind it would stand there again after it was done with. Who leaves can't wait.
  const drafts = [...form.elements].filter(f => f.matches('[data-draft]'));
  if (drafts.length > 0 && !keepalive) await Promise.race([Promise.all(drafts.map(pause)), new Promise(done => setTimeout(done, 2000))]);
  try {
    const answer = await fetch(form.action, { method: 'POST', body: data, headers: { RequestVerificationToken: token() }, keepalive });
    const reply = await answer.json();
    if (reply.refusal) { refuse(form, reply.refusal); if (reply.signedOut) signIn(); form.dispatchEvent(new CustomEvent('hub:refused', { bubbles: true, detail: reply })); return false; }
    reply.forget?.forEach(forget);
    const done = $('[data-done]', form);
    if (done) done.hidden = false;
    form.dispatchEvent(new CustomEvent('hub:done', { bubbles: true, detail: reply }));
    // Already there: what the page holds, a dialog, a cursor, stays.
    if (reply.go && !reply.again && new URL(reply.go, location.href).href === location.href) reply.go = null;
    if (reply.go || reply.again) { if (reply.say) { try { sessionStorage.setItem('hub.said', reply.say); } catch { } } leaving = true; if (reply.go) location.assign(reply.go); else location.reload(); }
    else if (reply.say) tell(reply.say);
    return true;
  } catch {
    refuse(form, say('act.lost'));
    form.dispatchEvent(new CustomEvent('hub:lost', { bubbles: true }));
    return false;
  } finally {
    busy.delete(form);
    form.classList.remove('busy');
    $$('button', form).forEach(b => b.removeAttribute('aria-disabled'));
    drafts.forEach(resume);
  }
}

// What leaves the house waits eight seconds, in which it can be taken back; whoever leaves the page sends it at once.
let held;
function hold(form, submitter) {
  release();
  const data = body(form, submitter);
  const row = form.closest('[data-row]');
  row?.classList.add('held');
  form.classList.add('held');
  const fields = $$('textarea, input:not([type=hidden])', form).filter(f => !f.readOnly);
  fields.forEach(f => { f.readOnly = true; });
  const free = () => { row?.classList.remove('held'); form.classList.remove('held'); fields.forEach(f => { f.readOnly = false; }); busy.delete(form); };
  busy.add(form);
  held = { send: keep => { clearTimeout(held?.timer); held = undefined; free(); return act(form, data, keep); }, timer: setTimeout(() => held?.send(), 8000) };
  tell(form.dataset.hold, () => { clearTimeout(held?.timer); held = undefined; free(); tell(say('undone')); form.dispatchEvent(new CustomEvent('hub:undone', { bubbles: true })); });
  form.dispatchEvent(new CustomEvent('hub:held', { bubbles: true }));
}
function release() { held?.send(); }
addEventListener('pagehide', () => held?.send(true));

/* ---- drafts: kept here at once, at the server after 400 ms of quiet; the server never writes into a field that is typed in ---- */
let leaving = false;
const kept = new Map();
const keyOf = field => `draft ${document.body.dataset.account ?? ''} ${field.dataset.scope} ${field.dataset.draft}`;
const state = (field, text, kind = '') => {
  for (const place of $$(`[data-draft-state="${CSS.escape(field.dataset.draft)}"]`)) { place.textContent = text; place.dataset.kind = kind; }
};
const entry = field => { let e = kept.get(field); if (!e) kept.set(field, e = { version: 0, sent: field.value, timer: 0 }); return e; };

document.addEventListener('input', e => {
  const field = e.target;
  if (!field.matches?.('[data-draft]')) return;
  const e_ = entry(field);
  if (!store.set(keyOf(field), JSON.stringify({ text: field.value, version: e_.version, sending: e_.sending ? e_.flying : undefined }))) state(field, say('draft.full'), 'warn');
  if (e.isComposing) return;
  clearTimeout(e_.timer);
  e_.timer = setTimeout(() => save(field), 400);
  if (navigator.onLine) state(field, say('draft.saving'));
});
document.addEventListener('compositionend', e => { const field = e.target; if (field.matches?.('[data-draft]')) field.dispatchEvent(new Event('input', { bubbles: true })); });
document.addEventListener('focusout', e => { if (e.target.matches?.('[data-draft]')) save(e.target); });

// While an act is on its way nothing is saved; what is being saved arrives first.
const pause = field => { const e = entry(field); e.paused = true; clearTimeout(e.timer); e.timer = 0; return e.saving; };
const resume = field => { const e = entry(field); e.paused = false; if (field.isConnected) save(field); };
const save = field => { const e = entry(field); return e.sending ? e.saving : e.saving = send(field); };

async function send(field) {
  const e = entry(field), text = field.value;
  clearTimeout(e.timer); e.timer = 0;
  // Refused once, it is refused again: only another text is sent. And while two texts stand side by side the writer has the word.
  if (text === e.sent || text === e.refused || e.paused || e.choosing) return;
  // The server takes no more, and a megabyte isn't sent to be told so.
  if (text.length > 100_000 && [...text].length > 100_000) { e.refused = text; state(field, say('draft.toolong'), 'warn'); return; }
  let wait = 400;
  e.sending = true; e.flying = text;
  // What is on its way may arrive without our hearing of it: a reload then knows it as its own.
  store.set(keyOf(field), JSON.stringify({ text, version: e.version, sending: text }));
  try {
    const answer = await fetch('/drafts', { method: 'PUT', headers: { 'Content-Type': 'application/json', RequestVerificationToken: token() }, body: JSON.stringify({ scope: field.dataset.scope, field: field.dataset.draft, text, version: e.version }) });
    const reply = await answer.json();
    if (!answer.ok && !reply.refusal) throw new Error(answer.status);
    if (answer.status === 401) { wait = 5000; state(field, say('draft.signedout'), 'warn'); signIn(); return; }
    if (reply.refusal) { if (answer.status >= 500) wait = 3000; else e.refused = text; state(field, reply.refusal, 'warn'); return; }
    if (reply.other !== undefined && reply.other !== null) { conflict(field, reply); return; }
    signedIn();
    e.version = reply.version; e.sent = text;
    if (field.value !== text) store.set(keyOf(field), JSON.stringify({ text: field.value, version: e.version }));
    else { store.drop(keyOf(field)); state(field, say('draft.saved', clock(reply.savedAt)), 'ok'); }
  } catch { wait = 3000; state(field, say('draft.lost'), 'warn'); }
  finally { e.sending = false; if (field.isConnected && field.value !== e.sent && field.value !== e.refused && !e.choosing && !e.paused && !e.timer) e.timer = setTimeout(() => save(field), wait); }
}

// Written meanwhile in another window of the same person: both are shown, the writer chooses.
function conflict(field, reply) {
  const e = entry(field);
  e.version = reply.version; e.choosing = true;
  state(field, '');
  const box = document.createElement('div');
  box.className = 'note warn conflict';
  const text = Object.assign(document.createElement('blockquote'), { textContent: reply.other });
  const choose = (label, take) => { const b = Object.assign(document.createElement('button'), { type: 'button', className: 'btn', textContent: label }); b.onclick = () => { e.choosing = false; take(); box.remove(); field.focus(); }; return b; };
  box.append(say('draft.other'), text, choose(say('draft.mine'), () => { e.sent = reply.other; save(field); }), choose(say('draft.theirs'), () => { field.value = reply.other; e.sent = reply.other; store.drop(keyOf(field)); field.dispatchEvent(new CustomEvent('hub:restored', { bubbles: true })); }));
  $('.conflict', field.parentElement)?.remove();
  field.after(box);
}

async function restore() {
  const fields = $$('[data-draft]').filter(f => !kept.has(f));
  for (const scope of new Set(fields.map(f => f.dataset.scope))) {
    const mine = fields.filter(f => f.dataset.scope === scope);
    let known = {};
    try { const answer = await fetch('/drafts?scope=' + encodeURIComponent(scope)); if (answer.ok) known = await answer.json(); } catch { }
    for (const field of mine) {
      const e = entry(field), server = known[field.dataset.draft], local = JSON.parse(store.get(keyOf(field)) ?? 'null');
      // Typed while we asked: without the version, so that what stands at the server is shown beside it, not overwritten.
      if (field.value !== e.sent) { if (!server || server.text === field.value) e.version = server?.version ?? 0; save(field); continue; }
      e.version = server?.version ?? 0;
      if (local && local.text !== (server?.text ?? '')) {
        if (local.sending !== server?.text) e.version = local.version ?? 0;
        field.value = local.text; e.sent = server?.text ?? ''; state(field, say('draft.local'), 'warn'); save(field);
      }
      else if (server) { field.value = e.sent = server.text; if (server.text) state(field, say('draft.saved', clock(server.savedAt)), 'ok'); } // an empty one is done with
      field.dispatchEvent(new CustomEvent('hub:restored', { bubbles: true }));
    }
  }
}
function forget(scope) {
  for (const [field, e] of kept) if (field.dataset.scope === scope) { clearTimeout(e.timer); e.sent = field.value; store.drop(keyOf(field)); }
}
addEventListener('online', () => $$('[data-draft]').forEach(save));
addEventListener('beforeunload', e => {
  if (leaving) return;
  for (const [field, d] of kept) if (field.isConnected && field.value !== d.sent && !store.get(keyOf(field))) { e.preventDefault(); return; }
});

/* ---- sign-in expired: over the page, which stays ---- */
function signIn() {
  const link = $('#signin-again');
  if (link && link.hidden) { link.hidden = false; $('a', link).href = '/signin?back=' + encodeURIComponent(location.pathname + location.search); }
}

// Signed in again in another window: the sentence goes, what waited is sent.
function signedIn() { const link = $('#signin-again'); if (link && !link.hidden) { link.hidden = true; $$('[data-draft]').forEach(save); } }

/* ---- Ctrl+K and ? ---- */
const label = element => (element.dataset.name ?? element.getAttribute('aria-label') ?? [...element.childNodes].filter(n => n.nodeType === 3 || n.matches?.('span,b')).map(n => n.textContent).join(' ')).trim() || element.title;
const acts = () => { const row = place?.at >= 0 ? $$('[data-row]')[place.at] : undefined; return $$('[data-key]').filter(e => !e.closest('dialog') && (!e.closest('[data-row]') || row?.contains(e))).filter(e => e.getClientRects().length > 0); };
// Keys that need something on the page to act on.
const needs = { '/': '[data-filter]', 'J K': '[data-row]', Enter: '[data-row]', Space: '[data-row][data-case]' };
const has = key => !needs[key] || $$(needs[key]).some(shown);
function keyMap() {
  const box = $('#keymap');
  if (!box) return; // a page without the frame
  const list = $('tbody', box);
  const rows = [...acts().map(a => [a.dataset.key.split(' ')[0].replaceAll('+', ' '), label(a)]), ...Object.entries(words).filter(([k]) => k.startsWith('key.') && has(k.slice(4))).map(([k, v]) => [k.slice(4), v])];
  list.replaceChildren(...rows.map(([key, text]) => { const tr = document.createElement('tr'), th = document.createElement('th'), td = document.createElement('td'); th.scope = 'row'; th.append(Object.assign(document.createElement('kbd'), { textContent: key })); td.textContent = text; tr.append(th, td); return tr; }));
  open(box);
}
const open = box => { const from = document.activeElement; box.showModal(); box.addEventListener('close', () => from?.focus?.(), { once: true }); };

function palette() {
  const box = $('#palette');
  if (!box || box.open) return;
  const input = $('input', box), list = $('ul', box), none = $('[data-none]', box);
  // Cases whose words fit what was typed last; asked for once typing rests.
  let cases = [], units = [], note = '', older = '', asked = '', resting, asking;
  const ask = async (typed, after = '') => {
    asking = new AbortController();
    const data = new FormData();
    data.set('words', typed);
    data.set('after', after);
    try {
      const reply = await (await fetch('/acts/find-case', { method: 'POST', body: data, headers: { RequestVerificationToken: token() }, signal: asking.signal })).json();
      if (input.value.trim() !== typed || !box.open) return;
      if (reply.signedOut) signIn();
      [cases, note, older] = [[...cases, ...reply.data?.cases ?? []], reply.refusal ?? reply.data?.note ?? '', reply.data?.next ?? ''];
    } catch { if (input.value.trim() !== typed) return; [note, older] = [say('palette.lost'), after]; }
    list.removeAttribute('aria-busy');
    draw(+list.dataset.at);
  };
  const look = () => {
    const typed = input.value.trim();
    if (typed === asked) return;
    asked = typed;
    clearTimeout(resting);
    asking?.abort();
    [cases, units, note, older] = [[], [], '', ''];
    if ('units' in box.dataset) unitsLike(typed, 5).then(found => { if (asked === typed) { units = found; draw(+list.dataset.at); } });
    if ($('.rail [href="/cases"]') && [...typed].length > 1) { list.setAttribute('aria-busy', 'true'); note = say('palette.looking'); resting = setTimeout(ask, 250, typed); } else list.removeAttribute('aria-busy');
  };
  // From where the last look ended. What was found stays, and one's place is then on the first that came.
  const goOn = async () => {
    const [typed, from, at] = [asked, older, +list.dataset.at];
    [older, note] = ['', say('palette.looking')];
    list.setAttribute('aria-busy', 'true');
    draw(at);
    await ask(typed, from);
    if (asked === typed) draw(at);
  };
  const found = () => {
    const typed = input.value.trim(), wanted = typed.toLowerCase(), all = [];
    // A phone number is no case, and belongs in no address.
    const number = /^1\d{10}$/.test(typed) ? undefined : /[A-Za-z]{0,3}\d{6,}[-\dA-Za-z]*/.exec(typed)?.[0];
    if (number) all.push({ text: say('palette.open', number), go: '/case/' + encodeURIComponent(number) });
    for (const a of acts()) all.push({ text: label(a), key: a.dataset.key.split(' ')[0].replaceAll('+', ' '), off: a.disabled, run: () => a.matches('input, textarea, select') ? a.focus() : a.click() });
    for (const a of $$('.rail a')) all.push({ text: label(a), go: a.getAttribute('href') });
    return [...all.filter(a => a.text && (a.go && number ? true : a.text.toLowerCase().includes(wanted))).slice(0, 12),
      ...units.map(u => ({ text: say('palette.unit', u.name), more: u.area, go: '/dashboard?unit=' + encodeURIComponent(u.code) })),
      ...cases.map(c => ({ text: c.title, more: `${c.inquiryId} · ${c.unit} · ${c.state}`, go: '/case/' + encodeURIComponent(c.inquiryId) })),
      ...(older ? [{ text: say('palette.older'), stay: goOn }] : [])];
  };
  const draw = (at = 0) => {
    const all = found();
    at = Math.max(0, Math.min(at, all.length - 1));
    list.replaceChildren(...all.map((a, n) => {
      const li = document.createElement('li');
      li.role = 'option'; li.id = 'palette-' + n; li.ariaSelected = n === at; li.ariaDisabled = !!a.off;
      li.append(a.more ? Object.assign(document.createElement('b'), { className: 'ell', textContent: a.text }) : a.text);
      if (a.more) li.append(Object.assign(document.createElement('span'), { className: 'meta t3', textContent: a.more }));
      if (a.key) li.append(Object.assign(document.createElement('kbd'), { textContent: a.key }));
      li.onclick = () => { if (a.off) return; if (a.stay) { a.stay(); return; } box.close(); if (a.go) location.assign(a.go); else setTimeout(a.run); };
      return li;
    }));
    input.setAttribute('aria-activedescendant', all.length ? 'palette-' + at : '');
    none.textContent = note || none.dataset.none;
    none.hidden = all.length > 0 && !note;
    list.dataset.at = at;
    list.children[at]?.scrollIntoView({ block: 'nearest' });
  };
  input.oninput = e => { if (!e.isComposing) look(); draw(); };
  input.oncompositionend = () => { look(); draw(); };
  input.onkeydown = e => {
    if (e.isComposing) return;
    const all = list.children.length, at = +list.dataset.at;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); draw((at + (e.key === 'ArrowDown' ? 1 : all - 1)) % Math.max(1, all)); }
    if (e.key === 'Enter') { e.preventDefault(); list.children[at]?.click(); }
  };
  input.value = '';
  draw();
  open(box);
}
document.addEventListener('click', e => {
  const target = e.target.closest?.('[data-open]');
  if (target?.dataset.open === 'palette') palette();
  if (target?.dataset.open === 'keymap') keyMap();
  if (e.target.matches?.('dialog')) e.target.close();
  const copy = e.target.closest?.('[data-print]');
  if (copy) print();
});

addEventListener('beforeprint', () => $$('[data-printed]').forEach(time => { time.textContent = new Date().toLocaleString('zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' }); }));

/* ---- when the page is there ---- */
const begin = () => {
  restore();
  // In this window only: it may name a number and its query code.
  let said;
  try { said = sessionStorage.getItem('hub.said'); sessionStorage.removeItem('hub.said'); } catch { }
  if (said) tell(said);
  const first = $('[data-first]');
  if (first && (document.activeElement === document.body || document.activeElement?.tagName === 'H1')) first.focus({ preventScroll: true });
};
new MutationObserver(() => { refocus(); if ($$('[data-draft]').some(f => !kept.has(f))) restore(); }).observe(document.body, { childList: true, subtree: true });
begin();
