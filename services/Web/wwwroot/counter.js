// The counter's entries: each is kept here the moment it is made and sent when the hub can be reached, with the same id however often.
// What the hub has registered is its own; here only what waits, and what it refused, stays.
const $ = selector => document.querySelector(selector);
const form = $('#entry'), mine = $('#mine'), band = $('#waiting'), said = $('#entry-said'), slip = $('#slip');
const line = $('#line'), other = $('#other'), category = $('#category');
const key = `counter ${document.body.dataset.account ?? ''}`;
let memory = [], full = false, sent = [], sending = null, pause = 0, timer, offline = false;

// Another window of the same person writes here too: always read anew, changed by id.
const queue = () => { if (full) return memory; try { return JSON.parse(localStorage.getItem(key) ?? '[]'); } catch { return memory; } };
const keep = list => { memory = list; try { localStorage.setItem(key, JSON.stringify(list)); full = false; } catch { full = true; } };
const change = (id, to) => keep(queue().flatMap(e => e.id !== id ? [e] : to ? [{ ...e, ...to }] : []));
const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map(b => b.toString(16).padStart(2, '0')).join('');
// The city's time, wherever the browser thinks it is.
const clock = at => new Date(at).toLocaleTimeString('zh-CN', { hour12: false, hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Shanghai' });
const make = (tag, text, props = {}) => Object.assign(document.createElement(tag), { textContent: text, ...props });

/* ---- an entry ---- */
const topic = () => form.querySelector('input[name=topic]:checked');
const say = text => { said.textContent = text; said.hidden = text === ''; };
form.addEventListener('change', e => {
  if (e.target.name === 'topic') other.hidden = !topic()?.dataset.other;
  say('');
});
form.addEventListener('click', e => {
  // By digit (a click of the script's) or by mouse one goes on to the words; the arrows only choose.
  if (e.target.name !== 'topic' || !(e.isTrusted === false || (e.detail > 0 && matchMedia('(pointer: fine)').matches))) return;
  other.hidden = !e.target.dataset.other;
  (e.target.dataset.other ? category : line).focus();
});
form.addEventListener('submit', e => {
  e.preventDefault();
  const chosen = topic();
  if (!chosen) { say(said.dataset.topic); form.elements.topic[0]?.focus(); return; }
  const from = chosen.dataset.other ? category.selectedOptions[0] : chosen, spot = form.elements.spot.value;
  const text = line.value.trim();
  if (spot === '0' && text === '') { say(said.dataset.text); line.focus(); return; }
  keep([...queue(), {
    id: newId(), counter: form.dataset.counter, topic: from.value, title: from.dataset.title, label: chosen.dataset.other ? from.textContent : chosen.dataset.name,
    text, spot, kind: spot === '0' ? form.elements.kind.value : 'Consultation', name: spot === '0' ? form.elements.name.value : '', phone: spot === '0' ? form.elements.phone.value : '', at: Date.now(),
  }]);
  clear();
  draw();
  pause = 0;
  send();
});
// Nothing stays chosen: a second press of Enter finds no topic and registers nothing.
function clear() {
  form.reset();
  other.hidden = true;
  line.dispatchEvent(new Event('input', { bubbles: true }));
  $('[data-draft-state=line]').textContent = ''; // an empty line is no draft
  say('');
  form.querySelector('input[name=topic]')?.focus();
}

/* ---- sending ---- */
async function post(entry) {
  const body = new FormData();
  for (const name of ['counter', 'topic', 'title', 'text', 'spot', 'kind', 'name', 'phone']) body.set(name, entry[name]);
  body.set('entry', entry.id);
  const ago = Math.floor((Date.now() - entry.at) / 1000);
  body.set('ago', ago > 60 ? ago : 0);
  const answer = await fetch('/acts/counter-register', { method: 'POST', body, headers: { RequestVerificationToken: $('meta[name="hub-token"]').content }, signal: AbortSignal.timeout(15000) });
  if (answer.status >= 500 || answer.status === 429) throw new Error('away');
  return { status: answer.status, ...await answer.json() };
}
async function send() {
  if (sending) return;
  clearTimeout(timer);
  try {
    for (let next; (next = queue().find(e => !e.refused));) {
      sending = next.id;
      const reply = await post(next);
      offline = false;
      if (reply.signedOut || reply.status === 400) { // the sign-in or the page is too old: kept, and said where to go
        const link = $('#signin-again');
        if (link) { link.hidden = false; link.querySelector('a').href = '/signin?back=%2Fcounter'; }
        break;
      }
      if (reply.refusal) change(next.id, { refused: reply.refusal });
      else {
        change(next.id, null);
        sent = [{ label: next.label, text: next.text, spot: next.spot, ...reply.data }, ...sent].slice(0, 8);
        if (next.spot === '0') fill(reply.data);
      }
      sending = null;
      draw();
      if (!queue().some(e => !e.refused)) today();
    }
    pause = 0;
  } catch {
    offline = true;
    pause = Math.min(30, pause * 2 || 2);
    timer = setTimeout(send, pause * 1000);
  } finally { sending = null; draw(); }
}
async function today() {
  try {
    const answer = await fetch('/counter/today?counter=' + encodeURIComponent(form.dataset.counter));
    // Drawn by the server and encoded there; a sign-in page is not put in here.
    if (answer.ok && !answer.redirected) $('#today').innerHTML = await answer.text();
  } catch { }
}
// Taken back: gone from what was done just now and from the day's list, and the hands are where the next entry begins.
document.addEventListener('hub:done', async e => {
  const number = e.target.closest('#today') && e.detail.data?.number;
  if (!number) return;
  sent = sent.filter(s => s.number !== number);
  draw();
  await today();
  form.querySelector('input[name=topic]')?.focus();
});
function fill(data) {
  for (const place of slip.querySelectorAll('[data-slip]')) place.textContent = data[place.dataset.slip];
  slip.hidden = false;
  $('#print').hidden = false;
}

/* ---- what was done just now ---- */
function row(entry, state, ...acts) {
  const li = document.createElement('li');
  const words = make('span', [entry.spot === '0' ? mine.dataset.unit : mine.dataset.spot, entry.text].filter(Boolean).join(' · '), { className: 'ell t2' });
  li.append(make('span', entry.number ? entry.at.slice(11) : clock(entry.at), { className: 't3' }), make('b', entry.label), words, make('span', state, { className: entry.refused ? 'refused' : 'state' }), ...acts);
  if (entry.refused) li.className = 'late';
  return li;
}
const button = (text, act) => make('button', text, { type: 'button', className: 'btn ghost', onclick: act });
function draw() {
  const all = queue(), refused = all.filter(e => e.refused), waiting = all.filter(e => !e.refused);
  mine.replaceChildren(
    ...refused.map(e => row(e, `${mine.dataset.refused}${e.refused}`, button(mine.dataset.edit, () => edit(e)), button(mine.dataset.drop, () => { change(e.id, null); draw(); }))),
    ...waiting.toReversed().map(e => row(e, mine.dataset.waiting, ...(e.id === sending ? [] : [button(mine.dataset.undo, () => { change(e.id, null); draw(); })]))),
    ...sent.map(e => row(e, mine.dataset.sent.replace('{0}', e.number) + (e.spot === '0' ? ` · ${e.code}` : ''))));
  if (mine.children.length === 0) mine.append(make('li', mine.dataset.none, { className: 't3' }));
  const away = offline || !navigator.onLine;
  band.hidden = !full && (waiting.length === 0 || !away);
  band.textContent = full ? band.dataset.full.replace('{0}', waiting.length) : band.dataset.offline.replace('{0}', waiting.length);
}
function edit(entry) {
  change(entry.id, null);
  const chosen = [...form.elements.topic].find(t => t.value === entry.topic && !t.dataset.other) ?? [...form.elements.topic].find(t => t.dataset.other);
  if (chosen) { chosen.checked = true; other.hidden = !chosen.dataset.other; if (chosen.dataset.other) category.value = entry.topic; }
  form.elements.spot.value = entry.spot;
  [line.value, form.elements.kind.value, form.elements.name.value, form.elements.phone.value] = [entry.text, entry.kind, entry.name, entry.phone];
  draw();
  line.focus();
}

addEventListener('online', () => { pause = 0; send(); });
addEventListener('offline', draw);
addEventListener('storage', e => { if (e.key === key) draw(); });
draw();
send();
