// Who a case is from, for a minute. What the act answers goes into the page and out of it again: when the minute is over, with Esc, when the
// page is left, out of sight or printed. It is kept nowhere else.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
// Asked for each time: a page that is merged into this one brings its own.
const box = () => $('#reveal');
let from, ticking, ending;

function open() {
  const b = box(), result = $('[data-shown]', b);
  if (!b.contains(document.activeElement)) from = document.activeElement;
  document.dispatchEvent(new CustomEvent('hub:box', { detail: 'reveal' }));
  b.hidden = false;
  (result.hidden ? $('[data-ask] button', b) : result).focus();
}

function close(said = '') {
  clearInterval(ticking);
  clearTimeout(ending);
  const b = box();
  if (!b) return;
  const had = b.contains(document.activeElement);
  $$('[data-field], [data-left]', b).forEach(place => place.replaceChildren());
  [$('[data-shown]', b).hidden, $('[data-ask]', b).hidden, b.hidden] = [true, false, true];
  $('[data-reveal-said]').textContent = said;
  // What was left may have been drawn anew meanwhile.
  if (had) (from?.isConnected && from !== document.body ? from : $('[data-reveal]'))?.focus();
}
const mask = () => { if (box() && !$('[data-shown]', box()).hidden) close(); };

function show(person) {
  const b = box(), result = $('[data-shown]', b), over = () => close(b.dataset.over), left = $('[data-left]', result);
  for (const place of $$('[data-field]', result)) {
    const text = person[place.dataset.field] ?? '';
    place.replaceChildren(place.dataset.field === 'phone' && person.dial ? Object.assign(document.createElement('a'), { href: person.dial, textContent: text }) : text);
    place.hidden = text === '';
    if (place.matches('dd')) place.previousElementSibling.hidden = place.hidden;
  }
  // Two clocks: one has gone on when the machine wakes up, the other when somebody turned its hands back.
  const until = Date.now() + person.secondsLeft * 1000;
  const tick = () => { const n = Math.ceil((until - Date.now()) / 1000); if (n > 0) left.textContent = b.dataset.left.replace('{0}', n); else over(); };
  clearInterval(ticking);
  clearTimeout(ending);
  ending = setTimeout(over, person.secondsLeft * 1000);
  ticking = setInterval(tick, 1000);
  [$('[data-ask]', b).hidden, result.hidden] = [true, false];
  tick();
  result.focus();
}

// The id of a look that was answered is spent.
const next = id => { if (id) $$('[name=commandId]', box()).forEach(field => { field.value = id; }); };
document.addEventListener('hub:done', e => {
  if (!box()?.contains(e.target)) return;
  next(e.detail.data.next);
  $('[name=words]', box()).value = '';
  // Closed or out of sight before the answer came: it is entered, and nobody is there to read it.
  if (!box().hidden && !document.hidden) show(e.detail.data);
});
document.addEventListener('hub:refused', e => { if (box()?.contains(e.target)) next(e.detail.data?.next); });
document.addEventListener('click', e => { if (e.target.closest?.('[data-reveal]')) open(); else if (e.target.closest?.('[data-reveal-close]')) close(); });
document.addEventListener('hub:box', e => { if (e.detail !== 'reveal' && box() && !box().hidden) close(); });
document.addEventListener('visibilitychange', () => { if (document.hidden) mask(); });
addEventListener('pagehide', mask);
addEventListener('beforeprint', mask);
window.Blazor?.addEventListener('enhancedload', mask);
