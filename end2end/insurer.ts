// An insurer for the tests: a policy, a claim, and news of it, in the portal's own forms.
import { day } from './bank';
import { INES, type World } from './world';

const NAME = 'Prévoyance';
let version = 0;

/** Documents that are told later count as newer. */
const asOf = () => new Date(Date.now() - 60_000 + (version += 1) * 1_000).toISOString();

export function policies(): string {
  return JSON.stringify({
    guichet: 'policies/1', insurer: NAME, as_of: asOf(), policies: [{
      number: 'HO-5582-119', line: 'home', product: 'Home Plus', status: 'active', holder: INES.name, customer: INES.number,
      start: '2024-01-01', currency: 'EUR', premium_gross: '240.00', frequency: 'yearly',
      objects: [{ id: '1', kind: 'building', description: '14 rue des Carmes' }],
      coverages: [{ code: 'WATER', name: 'Water damage', object: '1', limit: '50000.00', deductible: '250.00' }],
      documents: [{ id: 'D', kind: 'policy', name: 'Policy HO-5582-119', at: '2024-01-01' }],
    }],
  });
}

/** The kitchen claim; `more` takes the place of its fields. */
export function claim(more: Record<string, unknown> = {}): string {
  return JSON.stringify({
    guichet: 'claims/1', insurer: NAME, as_of: asOf(), claims: [{
      number: 'CL-2091-7734', policy: 'HO-5582-119', line: 'home', customer: INES.number, cause: 'Kitchen water damage',
      loss_at: `${day(15)}T18:30:00+01:00`, loss_place: '14 rue des Carmes', reported_at: `${day(15)}T21:14:00+01:00`, currency: 'EUR',
      handler: { name: 'Mathilde Roux', contact: 'Home claims, Rouen' },
      next: { who: 'customer', what: 'upload the repair invoice', until: day(-3) },
      milestones: [
        { code: 'reported', at: `${day(15)}T21:14:00+01:00` }, { code: 'registered', at: `${day(14)}T08:40:00+01:00` },
        { code: 'assessor_assigned', at: day(12) }, { code: 'inspection_done', at: day(8) }, { code: 'documents_requested', at: day(1) }],
      requests: [
        { id: 'R-0', kind: 'document', text: 'Plumber’s report', state: 'done' },
        { id: 'R-1', kind: 'document', text: 'Repair invoice', due: day(-3), state: 'open' }],
      items: [
        { id: '1', text: 'Floor and cabinets', submitted: '3520.00', eligible: '3520.00', deductible: '250.00', benefit: '3270.00', reason: 'Your excess' },
        { id: '2', text: 'Dishwasher, not covered', submitted: '320.00', eligible: '0.00', benefit: '0.00', reason: 'Older than its cover' }],
      payments: [{ id: 'P-1', amount: '800.00', at: day(5), method: 'transfer', payee: 'FR76 3000 9021 4400 0481 2370 152' }],
      messages: [{ id: 'M-1', from: 'insurer', at: `${day(1)}T13:47:00+01:00`, text: 'Please send me the repair invoice.' }],
      ...more,
    }],
  });
}

const done = new Set<World>();

/** Inès has her policy and her claim; once in each world. */
export async function insured(world: World): Promise<void> {
  if (done.has(world)) return;
  done.add(world);
  world.drop(policies());
  world.drop(claim());
  await world.settled();
}

export const PDF = { name: 'invoice.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n') };
export const SVG = { name: 'plan.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>') };
export const PNG = { name: 'kitchen.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') };
