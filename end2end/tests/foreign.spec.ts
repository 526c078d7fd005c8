// A page of somebody else's in the browser of a customer who is signed in: whatever it sends changes nothing, and whatever it
// asks for tells it nothing (T11). It is given every form of the portal's pages, with all that stands in them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { INES, PASSWORD, type World } from '../world';

type Form = { action: string; fields: [string, string][] };

const PAGES = ['/overview', '/profile', '/profile/password', '/profile/email', '/claims', '/policies', '/portfolio', '/track', '/parcels'];
const ENCODINGS = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** Serves one page; `127.0.0.1` is another site than `localhost`, and `localhost` at another port the same site and another origin. */
async function serve(html: string): Promise<{ pages: string[]; close: () => void }> {
  const server = createServer((_, answer) => answer.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html));
  await new Promise<void>((up) => server.listen(0, '127.0.0.1', up));
  const { port } = server.address() as AddressInfo;
  return { pages: [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`], close: () => server.close() };
}

/** A parcel that its recipient can say something about. */
async function parcelComes(world: World): Promise<void> {
  const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/\.\d+Z/, '+00:00');
  world.drop(JSON.stringify({ guichet: 'parcels/1', created: soon(0), carrier: 'gx', shipments: [{
    number: 'GX447109284FR',
    sender: { name: 'Atelier Kranz', city: 'Leipzig' },
    recipient: { name: INES.name, customer: INES.number, postcode: '76000', city: 'Rouen', country: 'FR' },
    estimated: { from: soon(26), to: soon(28) },
    events: [{ id: 'e1', at: soon(-8), status: 'at_depot', place: { city: 'Rouen', country: 'FR' } }],
  }] }));
  await world.settled();
}

/** Proves anew who it is: what needs a proof is open from here on. */
async function prove(page: Page, world: World): Promise<void> {
  for (const purpose of ['security', 'contact']) {
    await page.goto(`${world.url}/confirm?for=${purpose}&next=/profile`);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByLabel('Password').press('Enter');
    await page.waitForURL(`${world.url}/profile`);
  }
}

/** Every form of the portal that sends something, once for each address and each set of names. */
async function everyForm(page: Page, url: string): Promise<Form[]> {
  const found = new Map<string, Form>();
  await page.goto(`${url}/parcels`);
  const parcel = await page.locator('main a.item').first().getAttribute('href');
  for (const path of [...PAGES, parcel ?? '/parcels']) {
    const answer = await page.goto(url + path);
    expect(answer?.status(), path).toBe(200);
    expect(new URL(page.url()).pathname, 'no page sends elsewhere').toBe(path);
    const forms = await page.locator('form[method=post]').evaluateAll((all) => all.map((form) => ({
      action: form.getAttribute('action') ?? location.pathname,
      fields: [...new FormData(form as HTMLFormElement)].map(([name, value]) => [name, String(value)] as [string, string]),
    })));
    for (const form of forms) {
      found.set(`${form.action} ${form.fields.map(([name]) => name).join()}`, { ...form, action: new URL(form.action, url + path).href });
    }
  }
  return [...found.values()];
}

/** What somebody has done, as their own log says it: a line for each. */
async function acts(page: Page, url: string): Promise<string[]> {
  await page.goto(`${url}/profile/activity`);
  return page.locator('main li, main tbody tr').allInnerTexts();
}

test('a page of another origin sends every form of the portal, and nothing is changed', async ({ page, world, signedIn, context }) => {
  test.skip(!['desktop', 'phone without scripts'].includes(test.info().project.name), 'once with scripts and once without');
  test.setTimeout(180_000);
  await parcelComes(world);
  await signedIn(INES.email);
  await prove(page, world);
  const forms = await everyForm(page, world.url);
  expect(forms.length).toBeGreaterThan(8);
  const addresses = forms.map((form) => new URL(form.action).pathname);
  for (const address of ['/api/sign-out', '/profile/password', '/profile/email', '/api/display']) expect(addresses).toContain(address);
  const before = await acts(page, world.url);

  const html = forms.flatMap((form, index) => ENCODINGS.map((encoding) => `
    <form method="post" action="${plain(form.action)}" enctype="${encoding}">
      ${form.fields.map(([name, value]) => `<input type="hidden" name="${plain(name)}" value="${plain(value)}">`).join('')}
      <button id="f${index}-${ENCODINGS.indexOf(encoding)}">win a prize</button></form>`)).join('');
  const foreign = await serve(`<!doctype html><title>Prizes</title>${html}`);
  let refused = 0;
  for (const url of foreign.pages) {
    for (let index = 0; index < forms.length; index += 1) {
      for (let encoding = 0; encoding < ENCODINGS.length; encoding += 1) {
        const there = await context.newPage();
        await there.goto(url);
        const answer = there.waitForResponse((response) => response.request().method() === 'POST' && response.url().startsWith(world.url));
        await there.locator(`#f${index}-${encoding}`).click();
        expect((await answer).status(), `${forms[index]?.action} as ${ENCODINGS[encoding]} from ${url}`).toBe(403);
        refused += 1;
        await there.close();
      }
    }
  }
  foreign.close();
  expect(refused).toBe(forms.length * ENCODINGS.length * 2);
  console.log(`${forms.length} forms, ${ENCODINGS.length} encodings, 2 foreign origins: ${refused} sent, ${refused} refused`);

  // Still signed in, and nothing has been done.
  expect(await acts(page, world.url)).toEqual(before);
  // From a page of the portal's own the same thing works.
  await page.goto(`${world.url}/overview`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page).not.toHaveURL(/overview/);
  await page.goto(`${world.url}/overview`);
  expect(new URL(page.url()).pathname).toBe('/sign-in');
});

test('a page of another origin learns nothing by asking, framing, opening or listening', async ({ page, world, signedIn, context }) => {
  test.skip(test.info().project.name !== 'desktop', 'a page asks by scripts, and the window makes no difference');
  await signedIn(INES.email);
  const before = await acts(page, world.url);
  const foreign = await serve('<!doctype html><title>Prizes</title><iframe id="frame"></iframe>');
  for (const url of foreign.pages) {
    const there = await context.newPage();
    await there.goto(url);
    const learnt = await there.evaluate(async (portal) => {
      const told: string[] = [];
      const say = (what: string) => told.push(what);
      const paths = ['/overview', '/profile', '/accounts', '/live?after=0&once=1', '/parcels', '/profile'];
      for (const path of paths) {
        // A page may be asked for, and what comes back may not be read.
        await fetch(portal + path, { credentials: 'include' }).then(async (answer) => say(`read ${path}: ${(await answer.text()).length}`), () => {});
        await fetch(portal + path, { credentials: 'include', mode: 'no-cors' }).then((answer) => { if (answer.type !== 'opaque') say(`saw ${path}`); }, () => {});
      }
      for (const path of ['/api/sign-out', '/api/display', '/profile/password']) {
        const body = new URLSearchParams({ theme: 'dark', locale: 'de' });
        await fetch(portal + path, { method: 'POST', credentials: 'include', mode: 'no-cors', body }).catch(() => {});
        await fetch(portal + path, { method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body: '{}' }).then(() => say(`sent ${path}`), () => {});
        navigator.sendBeacon(portal + path, body);
      }
      const element = (name: string, source: string, attribute = 'src') => new Promise<void>((done) => {
        const made = document.createElement(name);
        made.addEventListener('load', () => { say(`loaded ${name} ${source}`); done(); });
        made.addEventListener('error', () => done());
        if (name === 'link') made.setAttribute('rel', 'stylesheet');
        made.setAttribute(attribute, portal + source);
        document.head.append(made);
      });
      for (const path of ['/overview', '/api/sign-out']) await element('img', path);
      for (const path of ['/overview', '/live?after=0&once=1']) await element('script', path);
      await element('link', '/overview', 'href');
      await new Promise<void>((done) => {
        const stream = new EventSource(`${portal}/live?after=0`, { withCredentials: true });
        stream.onopen = () => { say('a stream'); done(); };
        stream.onerror = () => { stream.close(); done(); };
      });
      const frame = document.querySelector('iframe') as HTMLIFrameElement;
      await new Promise<void>((done) => { frame.onload = () => done(); frame.src = `${portal}/overview`; setTimeout(done, 3_000); });
      try { if (frame.contentDocument?.body.innerText.includes('Good')) say('the page in a frame'); } catch { /* another origin's, as it should be */ }
      const opened = window.open(`${portal}/overview`);
      await new Promise((done) => setTimeout(done, 1_500));
      try { if (opened?.document.body.innerText.includes('Good')) say('the page in a window'); } catch { /* the same */ }
      try { if (opened && !opened.closed && opened.length > 0) say('how many frames a window has'); } catch { /* the same */ }
      return told;
    }, world.url);
    expect(learnt, `from ${url}`).toEqual([]);
    const framed = there.frames().filter((frame) => frame !== there.mainFrame());
    for (const frame of framed) expect(await frame.content().catch(() => ''), 'a frame').not.toContain(INES.own.slice(-4));
    for (const other of context.pages()) if (other !== page && other !== there) await other.close();
    await there.close();
  }
  foreign.close();
  expect(await acts(page, world.url)).toEqual(before);
  await page.goto(`${world.url}/overview`);
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Inès');
});
