// Parcels: what a stranger may see, what a customer may do, and what arrives while they watch.
import { expect, fits, looksRight, test } from '../fixtures';
import { INES, type World } from '../world';

const NUMBER = 'GX447109284FR';
const hours = (n: number) => new Date(Date.now() + n * 3_600_000).toISOString().replace(/\.\d+Z/, '+00:00');

/** A document of the carrier's. */
function told(shipment: object): string {
  return JSON.stringify({ guichet: 'parcels/1', created: hours(0), carrier: 'gx', shipments: [{ number: NUMBER, ...shipment }] });
}

async function arrive(world: World): Promise<void> {
  world.drop(told({
    service: 'Express Europe',
    sender: { name: 'Atelier Kranz', city: 'Leipzig' },
    recipient: { name: INES.name, customer: INES.number, postcode: '76000', city: 'Rouen', country: 'FR' },
    estimated: { from: hours(26), to: hours(28) },
    events: [
      { id: 'e1', at: hours(-40), status: 'picked_up', place: { city: 'Leipzig', country: 'DE', lat: 51.34, lon: 12.37 } },
      { id: 'e2', at: hours(-8), status: 'at_depot', place: { city: 'Rouen', country: 'FR', lat: 49.44, lon: 1.1 } },
    ],
  }));
  await world.settled();
}

test('a stranger sees a word by the number and the journey by the postcode', async ({ page, world, scripts }) => {
  await arrive(world);
  await page.goto(world.url);
  await page.getByLabel('Tracking number').fill('gx 4471 0928 4 fr');
  await page.getByRole('button', { name: 'Track', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`/track/${NUMBER}$`));
  await expect(page.getByRole('main')).toContainText('At depot');
  await expect(page.getByRole('main')).not.toContainText('Rouen');
  await looksRight(page, scripts);
  await fits(page);
  await page.getByLabel('Postcode of the recipient').fill('76001');
  await page.getByRole('button', { name: 'Show the journey' }).click();
  await expect(page.getByRole('alert')).toContainText('find no parcel');
  await page.getByLabel('Postcode of the recipient').fill('76000');
  await page.getByRole('button', { name: 'Track', exact: true }).click();
  await expect(page.getByRole('main')).toContainText('Leipzig');
  await expect(page.getByRole('main')).not.toContainText('Atelier Kranz');
  expect(page.url()).not.toContain('76000');
  await expect(page.locator('svg.map')).toBeVisible();
  await looksRight(page, scripts);
  await fits(page);
});

test('a mistyped digit is said at once', async ({ page, world, scripts }) => {
  await page.goto(`${world.url}/track`);
  await page.getByLabel('Tracking number').fill('GX447109285FR');
  if (!scripts) await page.getByRole('button', { name: 'Track', exact: true }).click();
  await expect(page.getByText('is mistyped')).toBeVisible();
  await looksRight(page, scripts);
});

test('a recipient asks for a neighbour, and shares a link that they take back', async ({ page, world, signedIn, scripts, browser }) => {
  await arrive(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/parcels`);
  await looksRight(page, scripts);
  await page.locator('main a.item').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your parcel from Atelier Kranz');
  await looksRight(page, scripts);
  await fits(page);
  await page.getByText('A neighbour', { exact: true }).click();
  await page.getByRole('button', { name: 'Save my choice' }).click();
  await expect(page.getByRole('alert')).toContainText('Say who, or where');
  await page.getByRole('textbox', { name: 'Who may accept it' }).fill('Mme Petit');
  await page.getByRole('button', { name: 'Save my choice' }).click();
  await expect(page.locator('section:has(#wish)')).toContainText('A neighbour: Mme Petit');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByLabel('Your link').inputValue();
  const stranger = await browser.newContext({ locale: 'en-GB' });
  const there = await stranger.newPage();
  await there.goto(link);
  await expect(there.getByRole('main')).toContainText('Leipzig');
  await expect(there.getByRole('main')).not.toContainText('Moreau');
  await page.getByRole('button', { name: 'Take back' }).click();
  // The open page is left by itself, and the link leads nowhere.
  if (scripts) await expect(there.getByRole('main')).not.toContainText('Leipzig', { timeout: 3_000 });
  expect((await stranger.request.get(link)).status()).toBe(404);
  await stranger.close();
});

test('the van comes nearer on the open page', async ({ page, world, signedIn, scripts }) => {
  test.skip(!scripts, 'nothing is live without scripts');
  await arrive(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/parcels`);
  await page.locator('main a.item').first().click();
  await expect(page.locator('leptos-island .live')).toHaveText('Live');
  for (const stops of [6, 5]) {
    world.drop(told({ events: [{ id: `v${stops}${Date.now()}`, at: hours(0), status: 'out_for_delivery', stops }] }));
    await expect(page.locator('.stat')).toContainText(`${stops} stops before yours`, { timeout: 3_000 });
  }
  await expect(page.locator('.timeline li[data-state=current]')).toContainText('On the van, 5 stops before yours');
});

test('the open page of a stranger follows the parcel, as far as they may see', async ({ page, world, scripts, browser }) => {
  test.skip(!scripts, 'nothing is live without scripts');
  await arrive(world);
  await page.goto(`${world.url}/track/${NUMBER}`);
  await expect(page.locator('leptos-island .live:not(.is-waiting)')).toHaveText('Live');
  const other = await browser.newContext({ locale: 'en-GB' });
  const there = await other.newPage();
  await there.goto(`${world.url}/track`);
  await there.getByLabel('Tracking number').fill(NUMBER);
  await there.getByLabel('Postcode of the recipient').fill('76000');
  await there.getByRole('button', { name: 'Track', exact: true }).click();
  await expect(there.locator('leptos-island .live:not(.is-waiting)')).toHaveText('Live');
  const id = `p${Date.now()}`;
  world.drop(told({ events: [{ id, at: hours(0), status: 'out_for_delivery', stops: 4, place: { city: 'Rouen', country: 'FR' } }] }));
  await expect(there.locator('.stat')).toContainText('4 stops before yours', { timeout: 3_000 });
  await expect(page.locator('.stat')).toContainText('Out for delivery', { timeout: 3_000 });
  await expect(page.getByRole('main')).not.toContainText('stops');
  await other.close();
});

test('what a recipient wants to be told appears on whatever page is open', async ({ page, world, signedIn, scripts }) => {
  await arrive(world);
  await signedIn(INES.email);
  await page.goto(`${world.url}/parcels`);
  await page.locator('main a.item').first().click();
  await page.getByRole('switch', { name: 'When delivered' }).check();
  await page.locator('form:has([role=switch])').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('switch', { name: 'When delivered' })).toBeChecked();
  await looksRight(page, scripts);
  await fits(page);
  if (!scripts) return;
  await page.goto(`${world.url}/overview`);
  await expect(page.locator('leptos-island .live:not(.is-waiting)').first()).toHaveText('Live');
  world.drop(told({ events: [{ id: `n${Date.now()}`, at: hours(0), status: 'delivered' }] }));
  await expect(page.locator('.toast')).toContainText('Your parcel from Atelier Kranz: delivered.', { timeout: 3_000 });
});
