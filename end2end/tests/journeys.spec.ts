// What a customer does, with scripts and without.
import { day } from '../bank';
import { expect, fits, looksRight, test } from '../fixtures';
import { HUGO, INES, JOINT, PASSWORD } from '../world';

test('a visitor sees the counter, in the language that they read', async ({ page, world, scripts }) => {
  await page.goto(world.url);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The counter that never closes');
  await looksRight(page, scripts);
  await page.locator('details.menu summary').click();
  await page.getByRole('button', { name: 'Français' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Le guichet qui ne ferme jamais');
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  await fits(page);
});

test('a wrong password and an unknown name get the same answer, and what was typed stays', async ({ page, world, scripts }) => {
  for (const name of [INES.email, 'nobody@mail.example']) {
    await page.goto(`${world.url}/sign-in`);
    await page.getByLabel('E-mail or customer number').fill(name);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('That does not match');
    await expect(page.getByLabel('E-mail or customer number')).toHaveValue(name);
    await expect(page.getByLabel('Password')).toHaveValue('');
  }
  await looksRight(page, scripts);
});

test('a customer reads the statement, with the balance after every movement', async ({ page, world, signedIn, scripts }) => {
  await signedIn(INES.email);
  await looksRight(page, scripts);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Current account');
  const rows = page.locator('tbody[data-live-list] tr[id]');
  await expect(rows).toHaveCount(50);
  await expect(page.getByRole('img', { name: /Balance, last 30 days/ })).toBeVisible();
  // The first row's balance is the booked balance.
  const booked = (await page.locator('.stat .figure').first().innerText()).replace(/\s/g, '');
  await expect(rows.first()).toContainText(booked);
  await fits(page);
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Earlier movements' }).click();
  await expect(page.locator('tr[id^="e-"]').first()).toBeVisible();
  await expect(page.getByRole('link', { name: 'To the newest' })).toBeVisible();
  await expect(page.url()).toContain('before=');
  await looksRight(page, scripts);
  void world;
});

test('a customer finds a movement by name, amount and date, and opens it', async ({ page, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  for (const words of ['fonciere', '985', 'E2E-R5']) {
    await page.getByRole('searchbox', { name: 'Search movements' }).fill(words);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await expect(page.locator('tr[id^="e-"]')).toHaveCount(1);
  }
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Foncière Beauvoisine' }).click();
  await expect(page.getByText('Rent <November>')).toBeVisible();
  await expect(page.getByText('E2E-R5')).toBeVisible();
  await page.getByText('Where does this come from?').first().click();
  await expect(page.getByText(/camt\.053/).first()).toBeVisible();
  await looksRight(page, scripts);
});

test('a customer narrows the statement to cards, to a period and to days of their own', async ({ page, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  await page.getByRole('link', { name: 'Cards', exact: true }).click();
  await expect(page.locator('tr[id^="e-"]')).toHaveCount(50);
  await expect(page.locator('tr[id^="e-"] th').filter({ hasNotText: 'Boulangerie Osmont' })).toHaveCount(0);
  await page.getByLabel('Period').selectOption('Last 30 days');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.locator('tr[id^="e-"]')).toHaveCount(29);
  await expect(page).toHaveURL(/only=cards/);
  await looksRight(page, scripts);
  await page.getByText('Choose dates').click();
  await page.getByLabel('From', { exact: true }).fill(day(3));
  await page.getByLabel('To', { exact: true }).fill(day(2));
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.locator('tr[id^="e-"]')).toHaveCount(2);
  await fits(page);
});

test('the details that somebody needs to pay in are on one page', async ({ page, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  await page.getByRole('link', { name: 'Share details' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account details');
  await expect(page.getByText('FR76 3000 9021 4400 0481 2370 152')).toBeVisible();
  await expect(page.getByText(INES.name).last()).toBeVisible();
  await looksRight(page, scripts);
  await fits(page);
});

test('the overview has what there is: the total, how it has gone, the latest movements', async ({ page, signedIn, scripts }) => {
  await signedIn(INES.email);
  await expect(page.getByRole('img', { name: /Total over 90 days/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Latest movements' })).toBeVisible();
  await page.getByRole('link', { name: /Boulangerie Osmont/ }).first().click();
  await expect(page.getByText('Card 4417')).toBeVisible();
  await looksRight(page, scripts);
});

test('on a phone lists keep to their lines, and the rest of the menu opens above the bar', async ({ page, world, signedIn, scripts, viewport }) => {
  test.skip((viewport?.width ?? 0) > 1_000, 'a desktop has the whole menu beside the page');
  await signedIn(INES.email);
  for (const path of ['/accounts', '/parcels', '/claims', '/policies', '/profile', '/profile/activity']) {
    await page.goto(world.url + path);
    await fits(page);
  }
  const more = page.locator('.tabbar__more');
  await more.locator('summary').click();
  for (const link of await more.getByRole('link').all()) await expect(link).toBeInViewport({ ratio: 1 });
  await looksRight(page, scripts);
  await fits(page);
  await more.getByRole('link', { name: 'Portfolio' }).click();
  await expect(page).toHaveURL(/\/portfolio/);
});

test('a search that finds nothing says so and can be cleared', async ({ page, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search movements' }).fill('zeppelin');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByText('Nothing found')).toBeVisible();
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Clear search' }).click();
  await expect(page.locator('tr[id^="e-"]').first()).toBeVisible();
});

test('every format downloads and holds the movements', async ({ page, world, signedIn }) => {
  await signedIn(INES.email);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  const account = new URL(page.url()).pathname;
  for (const [format, mark] of [['csv', 'Foncière Beauvoisine'], ['json', '"-985"'], ['ofx', '<OFX>'], ['camt', 'camt.053.001.08']]) {
    const answer = await page.request.get(`${world.url}${account}/download/${format}`);
    expect(answer.status()).toBe(200);
    expect(answer.headers()['content-disposition']).toContain('attachment');
    expect(await answer.text()).toContain(mark);
  }
});

test('an account of somebody else answers like one that does not exist', async ({ page, world, signedIn, browser }) => {
  await signedIn(INES.email);
  await page.getByRole('main').getByRole('link', { name: 'Current account', exact: true }).click();
  const path = new URL(page.url()).pathname;
  const other = await browser.newContext({ baseURL: world.url });
  const hugo = await signedIn(HUGO.email, other);
  const foreign = await hugo.request.get(`${world.url}${path}`);
  const none = await hugo.request.get(`${world.url}/accounts/${'0'.repeat(32)}`);
  expect([foreign.status(), none.status()]).toEqual([404, 404]);
  const strip = (text: string) => text.replace(/nonce="[^"]*"|nonce-[^']*|value="\/accounts\/[^"]*"|ends_at[^,]*,|data-now="\d+"/g, '');
  expect(strip(await foreign.text())).toBe(strip(await none.text()));
  await other.close();
});

test('a customer lists their sessions, ends the other one, and signs out', async ({ page, world, signedIn, browser, scripts }) => {
  const other = await browser.newContext({ baseURL: world.url });
  await signedIn(HUGO.email, other);
  await signedIn(HUGO.email);
  await page.goto(`${world.url}/profile`);
  await expect(page.getByText('This one')).toBeVisible();
  await looksRight(page, scripts);
  await fits(page);
  const before = await page.locator('#sessions').locator('xpath=ancestor::section').locator('tbody tr').count();
  expect(before).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  // Whoever ends what is somewhere else shows once more who they are; then it is one press.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Is it really you?');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'It is me' }).click();
  await expect(page).toHaveURL(/\/profile#sessions$/);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await expect(page.locator('section:has(#sessions) tbody tr')).toHaveCount(1);
  // With scripts the other page leaves by itself; without, its next step finds the session gone.
  const there = other.pages()[0];
  if (!scripts) await there.goto(`${world.url}/overview`);
  await expect(there).toHaveURL(/\/sign-in/);
  await page.locator('form[action="/api/sign-out"] button').first().click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto(`${world.url}/overview`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await other.close();
});

test('the theme is the customer’s choice, and every page holds in the dark', async ({ page, world, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/profile`);
  await page.getByText('Dark', { exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  for (const path of ['/overview', '/accounts', '/profile', '/']) {
    await page.goto(`${world.url}${path}`);
    await looksRight(page, scripts);
    await fits(page);
  }
  await page.goto(`${world.url}/profile`);
  await page.getByText('System', { exact: true }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', 'dark');
});

test('the whole statement is said in German and in French', async ({ page, world, signedIn, scripts }) => {
  await signedIn(INES.email);
  for (const [name, lang, heading] of [['Deutsch', 'de', 'Umsätze'], ['Français', 'fr', 'Mouvements'], ['English', 'en', 'Movements']]) {
    await page.goto(`${world.url}/accounts`);
    await page.locator('header details.menu summary').click();
    await page.locator('header details.menu').getByRole('button', { name }).click();
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
    await page.locator('main a.item').first().click();
    await expect(page.getByRole('heading', { level: 2, name: heading })).toBeVisible();
    await fits(page);
    await looksRight(page, scripts);
  }
  void JOINT; void PASSWORD;
});

test('the keyboard alone reaches the statement', async ({ page, world, signedIn }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/accounts`);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.locator('main a.item').first().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 2, name: 'Movements' })).toBeVisible();
});
