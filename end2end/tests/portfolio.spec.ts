// A portfolio, with scripts and without.
import { expect, fits, looksRight, test } from '../fixtures';
import { NAMES, closes, custody, price, rates } from '../market';
import { INES, type World } from '../world';

async function market(world: World): Promise<void> {
  for (const text of [rates(), custody(), closes(), price('31.00')]) world.drop(text);
  await world.settled();
}

test('a customer sees what the portfolio is worth, where each figure comes from, and how it has done', async ({ page, world, signedIn, scripts }) => {
  await market(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/portfolio`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Custody account');
  // 100 × 31.00 + 20 × 140.00 + 10 × 110.00 / 1.10 + 500.00
  await expect(page.locator('.stat .figure').first()).toHaveText('€7,400.00');
  await expect(page.getByRole('img', { name: /^From €/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Allocation/ })).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
  await page.getByRole('link', { name: 'Region', exact: true }).click();
  await expect(page.locator('dl.kv').first()).toContainText('North America');
  await page.getByRole('link', { name: '1 week', exact: true }).click();
  await expect(page.url()).toContain('by=region');
  await page.locator('tbody th').getByRole('link', { name: NAMES.dollar }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(NAMES.dollar);
  await expect(page.getByText(/European Central Bank/)).toBeVisible();
  await expect(page.getByText('Where these figures come from')).toBeVisible();
  await fits(page);
  await looksRight(page, scripts);
});

test('a customer watches an instrument, and stops', async ({ page, world, signedIn, scripts }) => {
  await market(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/portfolio`);
  await page.getByRole('searchbox', { name: 'Find an instrument' }).fill('osmia');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await looksRight(page, scripts);
  await page.getByRole('button', { name: `Watch ${NAMES.watched}` }).click();
  await expect(page.getByRole('link', { name: NAMES.watched })).toBeVisible();
  await fits(page);
  await page.getByRole('button', { name: `Stop watching ${NAMES.watched}` }).click();
  await expect(page.getByRole('link', { name: NAMES.watched })).toHaveCount(0);
});

test('a wrong price is not shown, and the page says that there is doubt', async ({ page, world, signedIn }) => {
  await market(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/portfolio`);
  const total = page.locator('.stat .figure').first();
  const before = await total.innerText();
  world.drop(price('3100.00'));
  await world.settled();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('Last good price').filter({ visible: true }).first()).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(total).toHaveText(before);
});

test('positions can be taken away as a file', async ({ page, world, signedIn }) => {
  await market(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/portfolio`);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download positions as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^70011234-positions-.*\.csv$/);
});
