// Sources: a table is mapped against a sample, a row that cannot be read is put right, and the customer sees where it comes from.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, fits, looksRight, signIn, test } from '../fixtures';
import { setUp, type Session } from '../staff';
import { INES, World } from '../world';

const samples = resolve(import.meta.dirname, '../../server/formats/tests/samples/bank-csv');

/** A table whose third row has an amount that nobody can read; today's days, so that they are on the statement's first page. */
function table(): string {
  const day = (ago: number) => {
    const date = new Date(Date.now() - ago * 86_400_000);
    return `${String(date.getDate()).padStart(2, '0')}.${String(date.getMonth() + 1).padStart(2, '0')}.${date.getFullYear()}`;
  };
  return `Buchungstag;Text;Betrag\n${day(0)};Kaffee Kasse;-4,50\n${day(0)};Miete Kasse;-1..00\n${day(0)};Lohn Kasse;2.000,00\n`;
}

test.describe('sources', () => {
  let world: World;
  let session: Session | undefined;
  test.beforeAll(async ({}, info) => {
    world = new World(18_680 + info.workerIndex);
    await world.start();
  });
  test.afterAll(async () => world.clear());

  test('a real table proposes its mapping and shows what it makes of it', async ({ page, scripts }) => {
    test.setTimeout(150_000);
    if (session) await page.context().addCookies(session);
    else session = await setUp(page, world);
    await page.goto(`${world.url}/admin/sources`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Connectors');
    await looksRight(page, scripts);
    await fits(page);
    await page.goto(`${world.url}/admin/sources/mapping`);
    for (const [file, shown] of [
      ['bank2ynab/Umsaetze_KtoNr538917600_EUR_02-03-2018_1503.CSV', '-17.22 EUR'],
      ['bank2ynab/2018-04-14_10-52-13_bunq-transactieoverzicht.csv', '-2.56 EUR'],
      ['bankstatementparser/csv_european_decimals.csv', '-1234.56 EUR'],
    ]) {
      const buffer = readFileSync(join(samples, file));
      await page.locator('#file').setInputFiles({ name: 'sample.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Look at the file and propose' }).click();
      await expect(page.locator('#preview')).toContainText(shown);
      await expect(page.locator('#preview')).toContainText('0 kept aside.');
    }
    await looksRight(page, scripts);
    await fits(page);
    // Another rule of signs, and the preview follows.
    await page.getByLabel('How the sign is told').selectOption('inverted');
    await page.getByRole('button', { name: 'Preview' }).last().click();
    await expect(page.locator('#preview')).toContainText('1234.56 EUR');
    await expect(page.locator('#preview')).not.toContainText('-1234.56 EUR');
  });

  test('a row that cannot be read is put right, and the customer sees it and where it comes from', async ({ page, scripts, browser, faults }) => {
    test.setTimeout(150_000);
    if (session) await page.context().addCookies(session);
    else session = await setUp(page, world);
    const name = `kasse-${Date.now()}`;
    // Its mapping.
    await page.goto(`${world.url}/admin/sources/mapping`);
    await page.getByLabel('Name of the mapping').fill(name);
    await page.locator('#file').setInputFiles({ name: 'kasse.csv', mimeType: 'text/csv', buffer: Buffer.from(table()) });
    await page.getByRole('button', { name: 'Look at the file and propose' }).click();
    await expect(page.getByText('Neither a column nor a fixed text names the account.')).toBeVisible();
    await page.getByLabel('Or always this account').fill(INES.own);
    await page.getByLabel('Or always this currency').fill('EUR');
    await page.getByRole('button', { name: 'Preview' }).last().click();
    await expect(page.locator('#preview')).toContainText('2 entries, 1 kept aside.');
    await expect(page.locator('#preview')).toContainText('line 3');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('alert').first()).toContainText('Saved.');
    // A folder of its own, which is read by it.
    await page.goto(`${world.url}/admin/sources/new`);
    await looksRight(page, scripts);
    await page.getByLabel('Short name').fill(name);
    await page.getByLabel('Name', { exact: true }).fill('Kasse am Markt');
    await page.getByLabel('Accounts and movements').check();
    await page.getByLabel('Mapping for its tables').selectOption({ label: name });
    await page.getByRole('button', { name: 'Add connector' }).click();
    await expect(page.getByRole('alert').first()).toContainText('The connector is there.');
    await looksRight(page, scripts);
    await fits(page);
    // A dry run says what would come of the file.
    await page.goto(`${world.url}/admin/sources/dry-run`);
    await page.getByLabel('As if it came from').selectOption({ label: 'Kasse am Markt' });
    await page.locator('#file').setInputFiles({ name: 'kasse.csv', mimeType: 'text/csv', buffer: Buffer.from(table()) });
    await page.getByRole('button', { name: 'Dry run' }).click();
    await expect(page.getByText('2 new, 0 changed, 0 gone, 0 stay')).toBeVisible();
    await looksRight(page, scripts);
    await fits(page);
    // The file itself.
    const folder = join(world.inbox, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.kasse.csv'), `${table()}\n`);
    renameSync(join(folder, '.kasse.csv'), join(folder, `${name}.csv`));
    const group = page.locator('#quarantine .item', { hasText: `${name}.csv, line 3` });
    await expect(async () => {
      await page.goto(`${world.url}/admin/sources`);
      await expect(group).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 20_000 });
    await group.getByRole('link', { name: 'Inspect' }).click();
    await looksRight(page, scripts);
    await fits(page);
    const stands = await page.getByLabel('What is to be read instead').inputValue();
    expect(stands).toContain('-1..00');
    await page.getByLabel('What is to be read instead').fill(stands.replace('-1..00', '-100,00'));
    await page.getByRole('button', { name: 'Put right and read again' }).click();
    await expect(page.getByRole('alert').first()).toContainText('Put right and read again.');
    await expect(page.getByText('Nothing is kept aside.')).toBeVisible();
    await looksRight(page, scripts);
    await fits(page);

    // The customer has all three, and is told where they come from.
    const context = await browser.newContext({ javaScriptEnabled: scripts });
    const customer = await context.newPage();
    customer.on('pageerror', (error) => faults.push(error.message));
    await signIn(customer, world, INES.email);
    await customer.goto(`${world.url}/accounts`);
    await customer.getByRole('link', { name: /Current account/ }).first().click();
    await customer.getByText('Miete Kasse').first().click();
    await customer.getByText('Where does this come from?').click();
    await expect(customer.getByText('Kasse am Markt')).toBeVisible();
    await expect(customer.getByText(`${name}.csv`).first()).toBeVisible();
    await looksRight(customer, scripts);
    await fits(customer);
    await context.close();
  });
});
