// Every way in: passkeys with a real authenticator, codes, recovery, and what each profile asks for.
import type { Page } from '@playwright/test';
import { appCode, Authenticator, nextCode } from '../authenticator';
import { expect, fits, looksRight, test, watch } from '../fixtures';
import { HUGO, INES, PASSWORD, World } from '../world';

async function password(page: Page, world: World, name: string): Promise<void> {
  await page.goto(`${world.url}/sign-in`);
  await page.getByLabel('E-mail or customer number').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
}

async function prove(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Is it really you?');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'It is me' }).click();
}

/** Away from the page, so that nothing of it asks without its session; then the session is forgotten, or everything. */
async function leave(page: Page, everything = true): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => {});
  await expect(async () => { await page.goto('about:blank'); }).toPass();
  // What the page had asked for is still answered; without its session the answer would be an error.
  await page.waitForTimeout(500);
  await page.context().clearCookies(everything ? {} : { name: '__Host-guichet' });
}

test.describe('at a bank', () => {
  let bank: World;
  test.beforeAll(async ({}, info) => {
    bank = new World(18_480 + info.workerIndex, 5, 60, 'bank-psd2');
    await bank.start();
  });
  test.afterAll(async () => bank.clear());

  test('nobody comes in with a password alone: an app is added, without scripts too', async ({ page, scripts }) => {
    // An app shows other figures twice a minute, and none is used twice.
    test.setTimeout(150_000);
    await password(page, bank, HUGO.number);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('One more lock');
    await looksRight(page, scripts);
    await fits(page);
    await page.getByText('Or type this key').click();
    const seed = await page.locator('.seed').innerText();
    await page.getByLabel('The 6 digits that it shows now').fill(appCode(seed));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await expect(page.locator('.codes li')).toHaveCount(10);
    await looksRight(page, scripts);
    await fits(page);
    const recovery = await page.locator('.codes li').first().innerText();
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);

    // Again, with the code; a wrong one says so and lets try once more.
    await leave(page);
    await password(page, bank, HUGO.email);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second step');
    await page.getByLabel('6-digit code').fill('000000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert').first()).toContainText('That was not right');
    await looksRight(page, scripts);
    await fits(page);
    await page.getByLabel('6-digit code').fill(await nextCode(seed));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);

    // The app is lost: a recovery code leads to where another is set up.
    await leave(page);
    await password(page, bank, HUGO.email);
    await page.getByRole('link', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(recovery.toLowerCase());
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile & security');
    await expect(page.getByText('1 of 10 used')).toBeVisible();
    await looksRight(page, scripts);
    await fits(page);
    // For whoever comes next on this worker.
    bank.command(['user', 'add', '--customer', HUGO.number, '--email', HUGO.email], `${PASSWORD}\n`);
    const invited = bank.command(['user', 'invite', '--customer', HUGO.number]);
    const code = /Activation code\s+(\S+)/.exec(invited)?.[1] ?? '';
    await leave(page);
    await page.goto(`${bank.url}/activate`);
    await looksRight(page, scripts);
    await page.getByLabel('Customer number').fill(HUGO.number);
    await page.getByLabel('Activation code').fill(code);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('E-mail address').fill(HUGO.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await looksRight(page, scripts);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('One more lock');
  });

  test('a passkey is two factors in one', async ({ page, scripts }) => {
    test.skip(!scripts, 'a passkey needs scripts');
    const authenticator = await Authenticator.plugInto(page);
    await password(page, bank, INES.number);
    await page.getByLabel('What you call it').fill('My phone');
    await page.getByRole('button', { name: 'Create the passkey' }).click();
    await expect(page.locator('#passkey-codes .codes li')).toHaveCount(10);
    await looksRight(page, scripts);
    await page.locator('#codes-next').click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);
    await page.goto(`${bank.url}/profile`);
    await expect(page.getByText('My phone')).toBeVisible();
    await expect(page.getByText('Well protected')).toBeVisible();

    // In again, without a name.
    await leave(page, false);
    await page.goto(`${bank.url}/sign-in?next=/accounts`);
    await page.getByRole('button', { name: 'Continue with a passkey' }).click();
    await expect(page).toHaveURL(/\/accounts$/);
    const [copy] = await authenticator.credentials();

    // Somebody who does not show who they are does not come in.
    await leave(page, false);
    await page.goto(`${bank.url}/sign-in`);
    await authenticator.verifies(false);
    await page.getByRole('button', { name: 'Continue with a passkey' }).click();
    await expect(page.getByText('That did not work')).toBeVisible();
    await authenticator.verifies(true);
    await page.getByRole('button', { name: 'Continue with a passkey' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);

    // A clone of the key shows by its counter.
    expect(copy.signCount).toBeGreaterThan(0);
    await leave(page, false);
    await authenticator.restore({ ...copy, signCount: 0 });
    await page.goto(`${bank.url}/sign-in`);
    await page.getByRole('button', { name: 'Continue with a passkey' }).click();
    await expect(page.getByText('That did not work')).toBeVisible();
    bank.command(['user', 'add', '--customer', INES.number, '--email', INES.email], `${PASSWORD}\n`);
  });
});

test('a passkey is added and taken away, each time after a proof', async ({ page, world, signedIn, scripts }) => {
  test.skip(!scripts, 'a passkey needs scripts');
  const authenticator = await Authenticator.plugInto(page);
  await signedIn(HUGO.email);
  await page.goto(`${world.url}/profile`);
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await looksRight(page, scripts);
  await prove(page);
  await page.getByLabel('What you call it').fill('Kitchen tablet');
  await page.getByRole('button', { name: 'Create the passkey' }).click();
  await expect(page.locator('#passkey-codes .codes li')).toHaveCount(10);
  await page.locator('#codes-next').click();
  await expect(page.getByText('Kitchen tablet')).toBeVisible();
  expect(await authenticator.credentials()).toHaveLength(1);

  // A password alone is not enough any more; the passkey is the second step.
  await leave(page);
  await password(page, world, HUGO.email);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Second step');
  await looksRight(page, scripts);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);

  // Away with it: proved with the passkey itself.
  await page.goto(`${world.url}/profile`);
  await page.getByRole('link', { name: 'Options for Kitchen tablet' }).click();
  await looksRight(page, scripts);
  await page.getByRole('button', { name: 'Remove this passkey' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Is it really you?');
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Profile & security');
  await page.getByRole('link', { name: 'Options for Kitchen tablet' }).click();
  await page.getByRole('button', { name: 'Remove this passkey' }).click();
  await expect(page.getByText('Kitchen tablet')).toHaveCount(0);
});

test('a forgotten password is replaced by a code from a letter', async ({ page, world, scripts }) => {
  await page.goto(`${world.url}/sign-in`);
  await page.getByRole('link', { name: 'I lost my device or password' }).click();
  await looksRight(page, scripts);
  await fits(page);
  await page.getByLabel('E-mail address').fill(INES.email);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Look into your mail');
  await looksRight(page, scripts);
  const letters = await page.context().newPage();
  await letters.goto(`${world.url}/demo/mail`);
  await letters.getByRole('link', { name: /A code for a new password/ }).first().click();
  const code = /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(await letters.getByRole('main').innerText())?.[0] ?? '';
  await letters.close();
  await page.getByLabel('Code from the letter').fill(code);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByLabel('New password').fill('short');
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByRole('alert').first()).toContainText('15 characters');
  await looksRight(page, scripts);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);
});

test('a new address needs a code from the old one and one from the new one', async ({ page, world, signedIn, scripts }) => {
  await signedIn(HUGO.email);
  await page.goto(`${world.url}/profile/email`);
  await page.getByLabel('New address').fill('hugo.new@mail.example');
  await page.getByRole('button', { name: 'Send the codes' }).click();
  await prove(page);
  await page.getByLabel('New address').fill('hugo.new@mail.example');
  await page.getByRole('button', { name: 'Send the codes' }).click();
  await expect(page.getByRole('heading', { name: 'Confirm hugo.new@mail.example' })).toBeVisible();
  await looksRight(page, scripts);
  await fits(page);
  const letters = await page.context().newPage();
  const code = async (to: string): Promise<string> => {
    await letters.goto(`${world.url}/demo/mail`);
    await letters.getByRole('link').filter({ hasText: 'A code to confirm' }).filter({ hasText: to }).first().click();
    return /[A-Z2-9]{4}-[A-Z2-9]{4}/.exec(await letters.getByRole('main').innerText())?.[0] ?? '';
  };
  await page.getByLabel('Code from your old address').fill(await code(HUGO.email));
  await page.getByRole('button', { name: 'Confirm' }).first().click();
  await page.getByLabel('Code from your new address').fill(await code('hugo.new@mail.example'));
  await page.getByRole('button', { name: 'Confirm' }).last().click();
  await expect(page.getByText('hugo.new@mail.example')).toBeVisible();
  await letters.close();
  world.command(['user', 'add', '--customer', HUGO.number, '--email', HUGO.email], `${PASSWORD}\n`);
});

test('nothing stays in the browser after signing out', async ({ page, world, signedIn, scripts }) => {
  test.skip(!scripts, 'looks into the browser by script');
  await signedIn(INES.email);
  await page.goto(`${world.url}/accounts`);
  const kept = () => page.evaluate(async () => {
    const caches_ = await caches.keys();
    const texts: string[] = [];
    for (const name of caches_) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) texts.push(request.url, await (await cache.match(request))!.clone().text());
    }
    return JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage }, databases: await indexedDB.databases(), cookie: document.cookie, texts });
  });
  for (const word of [INES.own, INES.name, INES.number]) expect(await kept()).not.toContain(word);
  await page.goto(`${world.url}/profile`);
  await page.locator('form[action="/api/sign-out"] button').first().click({ force: true }).catch(() => {});
  await page.goto(`${world.url}/sign-in?out=1`);
  for (const word of [INES.own, INES.name, INES.number]) expect(await kept()).not.toContain(word);
  await page.context().clearCookies({ name: '__Host-guichet' });
  await page.goBack();
  await expect(page.getByText(INES.own)).toHaveCount(0);
  void watch;
});
