// The operator's form: choices are drafts too, the reasons of "no order", and what was just registered, for as long as this window is open.
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const form = () => $('#call');

// Radios and boxes have no value that a draft could keep: a hidden field carries them.
const choices = () => $('[data-draft="choices"]');
document.addEventListener('change', e => {
  if (!e.target.matches?.('#call [data-choice]')) return;
  const field = choices();
  field.value = $$('[data-choice]', form()).map(c => `${c.name}=${c.value}=${c.checked}`).join('&');
  field.dispatchEvent(new Event('input', { bubbles: true }));
});
document.addEventListener('hub:restored', e => {
  if (e.target !== choices() || !e.target.value) return;
  const kept = new Set(e.target.value.split('&'));
  for (const c of $$('[data-choice]', form())) c.checked = kept.has(`${c.name}=${c.value}=true`);
});

document.addEventListener('click', e => {
  const opener = e.target.closest?.('[data-dialog]');
  if (!opener) return;
  const box = document.getElementById(opener.dataset.dialog), from = document.activeElement;
  box.addEventListener('close', () => from?.focus?.(), { once: true });
  box.showModal();
});
document.addEventListener('submit', e => {
  // F2, then type: the cursor waits for no answer.
  if (e.target.matches('[data-here]')) $('#text')?.focus();
  if (e.target !== form()) return;
  e.submitter?.closest('dialog')?.close();
  const reply = $('#reply');
  if (e.submitter?.value === 'answer' && reply.value.trim() === '') reply.focus();
}, true);

// In hand: the ends are open, whether or not the live connection has told already.
document.addEventListener('hub:done', e => { if (e.target.matches('[data-here]')) $$('.foot :disabled').forEach(b => { b.disabled = false; }); });

// What adds to an open inquiry ends a call too, and is grey as long as the others are.
// Each time asked of the page: the live part puts its own buttons in the place of those it was made with.
const same = () => { const f9 = $('.foot [data-key="F9"]'); if (f9) $$('.who [name=end]').filter(b => b.disabled !== f9.disabled).forEach(b => { b.disabled = f9.disabled; }); }; // setting what is set would be a change, for ever
new MutationObserver(same).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] });

// What one types ahead in. Without the lists the form works: both fields may stay empty.
const lists = () => fetch('/calls/lists?language=' + document.documentElement.lang).then(answer => answer.json()).then(lists => {
  for (const [id, all] of Object.entries(lists)) document.getElementById(id)?.replaceChildren(...all.map(value => Object.assign(document.createElement('option'), { value })));
}).catch(() => { });

// Number and query code, to be told to the caller: kept in this window only, newest first.
const place = `calls.just ${document.body.dataset.account ?? ''}`;
const just = () => { try { return JSON.parse(sessionStorage.getItem(place) ?? '[]'); } catch { return []; } };
document.addEventListener('hub:done', e => {
  if (e.target !== form() || !e.detail.say) return;
  const time = new Date().toLocaleTimeString('zh-CN', { hour12: false, hour: '2-digit', minute: '2-digit' });
  try { sessionStorage.setItem(place, JSON.stringify([{ time, said: e.detail.say }, ...just()].slice(0, 12))); } catch { }
});
const told = () => {
  const list = $('[data-just]'), all = just();
  if (!list) return;
  list.replaceChildren(...all.map(({ time, said }) => { const li = document.createElement('li'), at = document.createElement('span'); at.className = 't3'; at.textContent = time; li.append(at, ' ', said); return li; }));
  $('.just [data-none]').hidden = all.length > 0;
};

// When the page is there, and when the empty desk has turned to a call without being loaded anew.
const begin = () => {
  same();
  told();
  if ($('#categories')) lists();
};
begin();
window.Blazor?.addEventListener('enhancedload', () => {
  begin();
  if (document.activeElement === document.body) $('#text')?.focus({ preventScroll: true });
});
