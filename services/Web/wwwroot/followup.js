// What is chosen of a call is a draft too, as what is written is: a line each, a field and its value.
const chosen = form => [...form.querySelectorAll('input:checked')].map(choice => `${choice.name}=${choice.value}`).join('\n');
document.addEventListener('change', e => {
  const kept = e.target.matches?.('input[type=radio], input[type=checkbox]') && e.target.form?.querySelector('[data-choices]');
  if (!kept) return;
  kept.value = chosen(kept.form);
  kept.dispatchEvent(new Event('input', { bubbles: true }));
});
function choose(kept) {
  for (const line of kept.value.split('\n').filter(Boolean)) {
    const [name, value] = line.split('=');
    const choice = [...kept.form.querySelectorAll(`input[name="${CSS.escape(name)}"]`)].find(c => c.type === 'checkbox' || c.value === value);
    if (choice) choice.checked = true;
  }
}
document.addEventListener('hub:restored', e => { if (e.target.matches?.('[data-choices]')) choose(e.target); });
// Restored before this file had come.
document.querySelectorAll('[data-choices]').forEach(kept => choose(kept));
