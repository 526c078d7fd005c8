// An open claim follows what the insurer tells, and leaves alone what is being typed.
import { expect, looksRight, test } from '../fixtures';
import { claim, insured } from '../insurer';
import { day } from '../bank';
import { INES } from '../world';

test('a decision appears by itself, and what is being typed stays', async ({ page, world, signedIn, scripts }) => {
  await insured(world);
  // A claim of its own, for what happens to it stays.
  const own = { number: 'CL-3000-0001', cause: 'Storm damage to the roof' };
  world.drop(claim(own));
  await world.settled();
  await signedIn(INES.email);
  await page.goto(`${world.url}/claims`);
  await page.getByRole('link', { name: /Storm damage to the roof/ }).click();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.getByLabel('Write to Mathilde Roux').fill('Half a sentence');
  world.drop(claim({
    ...own,
    next: { who: 'insurer', what: 'pay', until: day(-5) }, outcome: 'partial',
    milestones: [{ code: 'partly', at: day(0), note: 'The dishwasher is older than its cover.' }],
    messages: [{ id: 'M-2', from: 'insurer', at: new Date().toISOString(), text: 'I have decided.' }],
  }));
  await expect(page.getByText('Our turn: pay')).toBeVisible();
  await expect(page.getByText('I have decided.')).toBeVisible();
  await expect(page.getByText('Partly accepted').first()).toBeVisible();
  await expect(page.getByLabel('Write to Mathilde Roux')).toHaveValue('Half a sentence');
  await expect(page.locator('#announce')).toContainText('Storm damage to the roof');
  await looksRight(page, scripts);
});
