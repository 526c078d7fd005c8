// What a customer does about claims and policies, with scripts and without.
import { expect, fits, looksRight, test } from '../fixtures';
import { insured, PDF, PNG, SVG } from '../insurer';
import { HUGO, INES, PASSWORD } from '../world';

test.beforeEach(async ({ world }) => insured(world));

test('a claim says what is next, what it comes to and who handles it', async ({ page, signedIn, scripts }) => {
  await signedIn(INES.email);
  await expect(page.getByText('upload the repair invoice')).toBeVisible();
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Open claim' }).first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kitchen water damage');
  await expect(page.getByText('Your turn: upload the repair invoice')).toBeVisible();
  await expect(page.locator('.stepper li[aria-current]')).toContainText('1 of 2 missing');
  await expect(page.locator('.kv__total')).toContainText('€2,470.00');
  await expect(page.getByText('Older than its cover')).toBeVisible();
  await expect(page.getByText('Please send me the repair invoice.')).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
});

test('a policy says what is covered', async ({ page, world, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/policies`);
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Home Plus' }).click();
  await expect(page.getByText('up to €50,000.00')).toBeVisible();
  await expect(page.getByText('excess €250.00')).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
});

test('a loss is reported step by step and has a reference at once', async ({ page, world, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/claims`);
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Report a claim' }).click();
  await looksRight(page, scripts);
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByLabel('Where?')).toHaveValue('14 rue des Carmes');
  await page.getByLabel('What caused the damage?').selectOption('theft');
  // Before the policy began.
  await page.getByLabel('On which day?').fill('2023-12-01');
  await page.getByRole('button', { name: 'Save and continue' }).click();
  await expect(page.getByText('was not in force on that day')).toBeVisible();
  await looksRight(page, scripts);
  await page.getByLabel('On which day?').fill(new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10));
  await page.getByRole('button', { name: 'Save and continue' }).click();
  await page.getByLabel('What happened?').fill('The bicycle is gone from the cellar.');
  await page.getByLabel(/estimate of the damage/).fill('450,50');
  await looksRight(page, scripts);
  await page.getByRole('button', { name: 'Save and continue' }).click();
  // Left and taken up again.
  await page.goto(`${world.url}/claims`);
  await page.getByRole('link', { name: /Notice for policy/ }).first().click();
  await page.locator('input[type=file]').setInputFiles([PNG, SVG]);
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('It can do something by itself')).toBeVisible();
  await looksRight(page, scripts);
  await page.getByRole('button', { name: 'Remove plan.svg' }).click();
  await expect(page.getByText('kitchen.png')).toBeVisible();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('€450.50')).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
  await page.getByRole('button', { name: /Send the notice|another: send it/ }).click();
  // An amount and an account to pay it to: both are shown, and their owner proves who they are for these two.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Is it really you?');
  await expect(page.getByRole('main')).toContainText('450.50 EUR');
  await expect(page.getByRole('main')).toContainText(INES.own);
  await looksRight(page, scripts);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'It is me' }).click();
  await page.getByRole('button', { name: /Send the notice|another: send it/ }).click();
  if (await page.getByText('Is this the same damage?').isVisible()) {
    await page.getByRole('button', { name: 'No, it is another: send it' }).click();
  }
  await expect(page.getByText('We have your notice')).toBeVisible();
  await expect(page.getByText(/N-[0-9A-Z]{4}-[0-9A-Z]{4}/).first()).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
});

test('files and messages go to the insurer, and what is not taken says why', async ({ page, world, signedIn, scripts }) => {
  await signedIn(INES.email);
  await page.goto(`${world.url}/claims`);
  await page.getByRole('link', { name: /Kitchen water damage/ }).click();
  await page.locator('#upload input[type=file]').setInputFiles([PDF, SVG]);
  await page.getByRole('button', { name: 'Upload' }).click();
  await expect(page.getByText('You have sent it')).toBeVisible();
  await expect(page.getByText('Not taken')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'invoice.pdf' }).click();
  expect((await download).suggestedFilename()).toBe('invoice.pdf');
  await page.getByLabel('Write to Mathilde Roux').fill('Here is the invoice <b>now</b>.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByText('Here is the invoice <b>now</b>.')).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
});

test('nobody else sees any of it', async ({ page, world, signedIn, scripts }) => {
  await signedIn(HUGO.email);
  await page.goto(`${world.url}/claims`);
  await expect(page.getByRole('heading', { name: 'No claims' })).toBeVisible();
  await page.goto(`${world.url}/policies`);
  await expect(page.getByRole('heading', { name: 'No policies yet' })).toBeVisible();
  await looksRight(page, scripts);
});
