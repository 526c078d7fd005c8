// The institution makes the portal its own: the first start, a brand that open pages follow, and a look in a customer's place.
import type { Page } from '@playwright/test';
import { appCode } from '../authenticator';
import { expect, fits, looksRight, signIn, test, watch } from '../fixtures';
import { day, statement } from '../bank';
import { INES, PASSWORD, World } from '../world';

let house: World;
test.beforeAll(async ({}, info) => {
  house = new World(18_680 + info.workerIndex);
  await house.start();
});
test.afterAll(async () => house.clear());

/** From an activation code to the desk: address, password, an app. */
async function comeIn(page: Page, number: string, code: string, email: string): Promise<void> {
  await page.goto(`${house.url}/activate`);
  await page.getByLabel('Customer number').fill(number);
  await page.getByLabel('Activation code').fill(code);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByText('Or type this key').click();
  const seed = await page.locator('.seed').innerText();
  await page.getByLabel('The 6 digits that it shows now').fill(appCode(seed));
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Good day');
}

async function invited(role: string, name: string): Promise<[string, string]> {
  const told = house.command(['staff', 'invite', '--name', name, '--role', role]);
  return [/Number\s+(\S+)/.exec(told)?.[1] ?? '', /Activation code\s+(\S+)/.exec(told)?.[1] ?? ''];
}

test('the first administrator sets the portal up, tries a file as a customer, and every page of the desk is right', async ({ page, scripts }) => {
  test.setTimeout(150_000);
  // Another test of this file may have let somebody in already; a fresh house has its door open.
  const fresh = new World(18_780 + test.info().workerIndex);
  await fresh.startEmpty();
  const before = house;
  house = fresh;
  try {
    const code = /\/setup with the code\s+(\S+)/.exec(fresh.printed)?.[1] ?? '';
    await page.goto(`${fresh.url}/setup`);
    await looksRight(page, scripts);
    await fits(page);
    await page.getByLabel('Code from the server’s log').fill('AAAA-BBBB');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('This is not the code');
    await page.getByLabel('Code from the server’s log').fill(code.toLowerCase());
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill('Nordhavn');
    await page.getByText('Forest').click();
    await looksRight(page, scripts);
    await fits(page);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Your name').fill('Priya Natarajan');
    await page.getByRole('button', { name: 'Finish' }).click();
    await expect(page.getByRole('heading', { name: 'The portal is yours' })).toBeVisible();
    await looksRight(page, scripts);
    await fits(page);
    const [number, activation] = await page.locator('.ref').allInnerTexts();
    await comeIn(page, number, activation, 'priya@bank.example');
    const gone = await page.request.get(`${fresh.url}/setup`);
    expect(gone.status()).toBe(404);
    // The second half: a first source, a test file, and a look at it as a customer.
    await page.getByRole('link', { name: 'Continue' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Set up the portal');
    await looksRight(page, scripts);
    await fits(page);
    await page.getByLabel('Short name').fill('core');
    await page.getByLabel('Name', { exact: true }).fill('Core banking');
    await page.getByRole('button', { name: 'Add connector' }).click();
    await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'test.sta', mimeType: 'text/plain',
      buffer: Buffer.from(statement(INES.own, day(1), 1, 241_873, [{ cents: -1_250, name: 'Boulangerie Osmont', text: 'Card', ref: 'T1', day: day(1) }])) });
    await page.getByRole('button', { name: 'Take it in' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Accepted' })).toBeVisible();
    await looksRight(page, scripts);
    await fits(page);
    await page.getByRole('button', { name: 'Look as a customer' }).click();
    await page.goto(`${fresh.url}/accounts`);
    await expect(page.getByText('2,406.23')).not.toHaveCount(0);
    await looksRight(page, scripts);
    await fits(page);
    await page.getByRole('button', { name: 'Stop looking' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('Good day');
    for (const path of ['', '/brand', '/texts?q=good', '/notices', '/releases', '/releases/draft', '/releases/1',
      '/people/staff', '/audit', '/audit/verify', '/operations']) {
      await page.goto(`${fresh.url}/admin${path}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await looksRight(page, scripts);
      await fits(page);
    }
    await expect(page.locator('.logo').first()).toContainText('Nordhavn');
  } finally {
    house = before;
    await fresh.clear();
  }
});

test('a brand is drafted, looked at, published, seen by an open page, and taken back', async ({ page, browser, scripts, faults }) => {
  test.setTimeout(120_000);
  const [number, code] = await invited('administrator', 'Priya Natarajan');
  await comeIn(page, number, code, `priya-${number.toLowerCase()}@bank.example`);
  const context = await browser.newContext({ javaScriptEnabled: scripts });
  const customer = await context.newPage();
  watch(customer, faults);
  await signIn(customer, house, INES.email);
  await customer.goto(`${house.url}/accounts`);

  await page.goto(`${house.url}/admin/brand`);
  await page.getByLabel('Name', { exact: true }).fill('Banque Lumen');
  await page.locator('#module-portfolio').uncheck();
  await page.getByRole('button', { name: 'Plum' }).click();
  await expect(page.getByText('Saved in the draft')).toBeVisible();
  await looksRight(page, scripts);
  await expect(page.locator('.device .logo').first()).toContainText('Banque Lumen');
  await page.getByRole('link', { name: 'Home page' }).click();
  await expect(page.locator('.site-head .logo')).toContainText('Banque Lumen');
  await expect(customer.locator('.logo:visible').first()).not.toContainText('Lumen');

  await page.goto(`${house.url}/admin/releases/draft`);
  await expect(page.getByRole('row', { name: /brand\.brand/ })).toContainText('#5a2a82');
  await page.getByLabel('What it is about').fill('New colours');
  await page.getByRole('button', { name: 'Publish' }).click();
  await expect(page.getByText('Open pages follow within seconds')).toBeVisible();
  if (!scripts) await customer.reload();
  await expect(customer.locator('.logo:visible').first()).toContainText('Banque Lumen', { timeout: 5_000 });
  await expect(customer.getByRole('link', { name: 'Portfolio' })).toHaveCount(0);
  await expect.poll(() => customer.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()))
    .toBe('#5a2a82');
  const off = await customer.goto(`${house.url}/portfolio`);
  expect(off?.status()).toBe(404);
  await expect(customer.getByRole('heading', { level: 1 })).toHaveText('This is not offered here');
  faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('404')));

  // Back to what the first release of this house said, or to none: a draft of the plain colours.
  await page.goto(`${house.url}/admin/brand`);
  await page.locator('#module-portfolio').check();
  await page.getByLabel('Name', { exact: true }).fill('Guichet');
  await page.getByRole('button', { name: 'Petrol' }).click();
  await page.goto(`${house.url}/admin/releases/draft`);
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.locator('.item', { hasText: 'New colours' }).first().getByRole('button', { name: 'Back to this' }).click();
  await expect(page.getByText('The earlier release holds again')).toBeVisible();
  await customer.goto(`${house.url}/accounts`);
  await expect(customer.locator('.logo:visible').first()).toContainText('Banque Lumen');
  await context.close();
});

test('an agent looks in a customer’s place, and the customer sees it', async ({ page, browser, scripts, faults }) => {
  test.setTimeout(120_000);
  const [number, code] = await invited('agent', 'Salim Benali');
  await comeIn(page, number, code, `salim-${number.toLowerCase()}@bank.example`);
  await page.goto(`${house.url}/admin/people?q=moreau`);
  await looksRight(page, scripts);
  await fits(page);
  await page.getByRole('link', { name: INES.name }).click();
  await looksRight(page, scripts);
  await fits(page);
  await page.getByLabel('Reason, for the customer to read').fill('complaint RQ-88213');
  await page.getByRole('button', { name: 'Begin to look' }).click();
  await expect(page.getByText('You see the portal as Inès Moreau does')).toBeVisible();
  await page.goto(`${house.url}/accounts`);
  await expect(page.getByText('FR76', { exact: false })).toHaveCount(0);
  await looksRight(page, scripts);
  await fits(page);
  await page.getByRole('button', { name: 'Stop looking' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(INES.name);
  const context = await browser.newContext({ javaScriptEnabled: scripts });
  const customer = await context.newPage();
  watch(customer, faults);
  await signIn(customer, house, INES.email);
  await customer.goto(`${house.url}/profile/activity`);
  await expect(customer.getByText('The portal was opened in your place, to look').first()).toBeVisible();
  await context.close();
});
