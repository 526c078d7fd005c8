// What every test has: a portal, a way to sign in, and eyes for everything that must never happen on a page.
import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PASSWORD, World } from './world';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What every answer of the portal carries, whatever it is (T12). */
const EVERYWHERE = ['x-content-type-options', 'content-security-policy'];
/** And every page. */
const ON_PAGES = ['strict-transport-security', 'referrer-policy', 'cross-origin-opener-policy'];

/** Notes console errors and warnings, policy violations, failed answers of a page, and answers that lack a header. */
export function watch(page: Page, faults: string[]): void {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`);
    if (!response.url().startsWith('http')) return;
    const headers = response.headers();
    const page = headers['content-type']?.startsWith('text/html');
    for (const name of page ? [...EVERYWHERE, ...ON_PAGES] : EVERYWHERE) {
      if (!headers[name]) faults.push(`no ${name}: ${response.status()} ${response.url()}`);
    }
    if (page && headers['cache-control'] !== 'no-store') {
      faults.push(`a page that may be kept: ${response.url()}`);
    }
  });
}

export async function signIn(page: Page, world: World, email: string): Promise<void> {
  await page.goto(`${world.url}/sign-in`);
  await page.getByLabel('E-mail or customer number').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/Good (morning|afternoon|evening)/);
}

type Fixtures = { faults: string[]; signedIn: (email: string, context?: BrowserContext) => Promise<Page>; scripts: boolean };

export const test = base.extend<Fixtures, { world: World }>({
  world: [async ({}, use, info) => {
    const world = new World(18_080 + info.workerIndex);
    await world.start();
    await use(world);
    await world.clear();
  }, { scope: 'worker', timeout: 120_000 }],
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),
  faults: [async ({}, use) => {
    const faults: string[] = [];
    await use(faults);
    expect(faults, 'console, policy and server faults').toEqual([]);
  }, { auto: true }],
  page: async ({ page, faults }, use) => {
    watch(page, faults);
    await use(page);
  },
  signedIn: async ({ page, world, faults }, use) => {
    await use(async (email, context) => {
      const target = context ? await context.newPage() : page;
      if (context) watch(target, faults);
      await signIn(target, world, email);
      return target;
    });
  },
});

/** Nothing that axe calls a violation, and every island found its code. */
export async function looksRight(page: Page, scripts: boolean): Promise<void> {
  if (!scripts) return;
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const result = await (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe.run();
    return result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(' | ')}`);
  });
  expect(found).toEqual([]);
}

/** The page fits its window, and no words of a list or a table run over what stands beside them. */
export async function fits(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0);
  expect(over).toBeLessThanOrEqual(0);
  const spilt = await page.evaluate(() => [...document.querySelectorAll('.item__body, .item__body > *, .item__end, [data-fold], dd')]
    .filter((box) => box.clientWidth > 0 && box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'visible')
    .map((box) => box.outerHTML.slice(0, 160))).catch(() => []);
  expect(spilt, 'words beyond their place').toEqual([]);
}

export { expect };
