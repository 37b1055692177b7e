// A screen that nobody touches. The server's beat shows that the connection lives; without it the screen says since when its figures
// stand, and loads itself anew once the hub answers again, twice, so that it isn't left with the error page of a hub that comes and goes.
const $ = selector => document.querySelector(selector);
const silent = 8000, every = 3000;
let heard = performance.now(), answered = 0, asking = false;

new MutationObserver(() => { heard = performance.now(); }).observe($('[data-wall]'), { subtree: true, attributes: true, attributeFilter: ['data-beat'] });

setInterval(async () => {
  const cut = performance.now() - heard > silent;
  $('[data-cut]').hidden = !cut;
  $('[data-wall]').classList.toggle('broken', cut);
  if (!cut) { answered = 0; $('[data-out]').hidden = true; return; }
  $('[data-since]').textContent = $('[data-stands]').dataset.stands;
  if (asking) return;
  asking = true;
  try {
    // A redirect leads to the sign-in: the last figures are worth more than its form.
    const answer = await fetch(location.href, { redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(5000) });
    $('[data-out]').hidden = answer.type !== 'opaqueredirect';
    answered = answer.ok ? answered + 1 : 0;
  } catch { answered = 0; }
  asking = false;
  if (answered > 1) location.reload();
}, every);

// The pointer is seen only while somebody moves it.
let resting;
document.addEventListener('pointermove', () => {
  $('[data-wall]').classList.add('awake');
  clearTimeout(resting);
  resting = setTimeout(() => $('[data-wall]').classList.remove('awake'), 3000);
});
