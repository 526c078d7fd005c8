// Prices that arrive while somebody watches.
import { expect, looksRight, test } from '../fixtures';
import { custody, price, rates } from '../market';
import { INES } from '../world';

test('a price moves its figure and the total, shows its direction, and is on every tab', async ({ page, context, world, signedIn }) => {
  for (const text of [rates(), custody(), price('31.00')]) world.drop(text);
  await world.settled();
  await signedIn(INES.email);
  await page.goto(`${world.url}/portfolio`);
  await expect(page.locator('leptos-island .live')).toHaveText('Live');
  const other = await context.newPage();
  await other.goto(`${world.url}/portfolio`);
  await expect(other.locator('leptos-island .live')).toHaveText('Live');
  const overview = await context.newPage();
  await overview.goto(`${world.url}/overview`);
  await expect(overview.locator('leptos-island .live')).toHaveText('Live');
  const everything = overview.locator('[data-live="everything-total"]');
  const sum = await everything.innerText();
  const quote = page.locator('td .quote', { hasText: '31.00' });
  await expect(quote).toBeVisible();
  const key = await quote.getAttribute('data-live');
  const live = page.locator(`td [data-live="${key}"]`);
  const total = page.locator('.stat .figure').first();
  const before = await total.innerText();
  // A source's clock has seconds; the next price is of a later one.
  await page.waitForTimeout(1_100);
  world.drop(price('31.50'));
  await expect(live).toHaveText(/31\.50/, { timeout: 3_000 });
  await expect(live).toHaveAttribute('data-dir', 'up');
  await expect(total).not.toHaveText(before);
  await expect(other.locator(`td [data-live="${key}"]`)).toHaveText(/31\.50/);
  // What everything adds up to moves with it.
  await expect(everything).not.toHaveText(sum);
  await expect(live).not.toHaveAttribute('data-dir', /.+/, { timeout: 3_000 });
  await looksRight(page, true);
  // The stream breaks and comes back: it begins with the latest.
  await world.end();
  await world.begin();
  world.drop(price('31.70'));
  await expect(live).toHaveText(/31\.70/, { timeout: 20_000 });
});
