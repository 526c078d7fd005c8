// Somebody of the institution: the first start, an address, a password, and an app for codes.
import { expect, type BrowserContext, type Page } from '@playwright/test';
import { appCode } from './authenticator';
import { PASSWORD, World } from './world';

/** Their session, for the tests behind the first. */
export type Session = Awaited<ReturnType<BrowserContext['cookies']>>;

/** Sets the portal up in the browser; the first administrator is signed in at the end. */
export async function setUp(page: Page, world: World): Promise<Session> {
  await page.goto(`${world.url}/setup`);
  await page.getByLabel('Code from the server’s log').fill(world.setupCode());
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Your name').fill('Priya Natarajan');
  await page.getByRole('button', { name: 'Finish' }).click();
  await expect(page.getByRole('heading', { name: 'The portal is yours' })).toBeVisible();
  const [number, code] = await page.locator('dd.ref').allInnerTexts();
  await page.goto(`${world.url}/activate`);
  await page.getByLabel('Customer number').fill(number);
  await page.getByLabel('Activation code').fill(code);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await page.getByLabel('E-mail address').fill('priya@bank.example');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('One more lock');
  await page.getByText('Or type this key').click();
  const seed = await page.locator('.seed').innerText();
  await page.getByLabel('The 6 digits that it shows now').fill(appCode(seed));
  await page.getByRole('button', { name: 'Switch it on' }).click();
  await page.getByRole('link', { name: 'I have kept them' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return page.context().cookies();
}
