// The portal under test: a server of its own, with its own database and inbox, that can be stopped, killed and begun again.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { day, notification, statement, type Booking } from './bank';

const root = resolve(import.meta.dirname, '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const binary = process.env.GUICHET_BIN ?? join(target, 'debug', 'guichet');
const site = process.env.GUICHET_SITE ?? join(target, 'site');

export const PASSWORD = 'a password for the tests alone';
export const INES = { number: '44712208', name: 'Inès Moreau', email: 'ines@mail.example', own: 'FR7630009021440004812370152' };
export const HUGO = { number: '44712209', name: 'Hugo Moreau', email: 'hugo@mail.example' };
export const JOINT = 'FR7630009021440006018250096';

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'guichet-'));
  readonly inbox = join(this.folder, 'inbox');
  readonly url: string;
  private server?: ChildProcess;
  /** What the server has printed. */
  printed = '';
  private count = 0;

  constructor(readonly port: number, readonly idleMinutes = 30, readonly warningSeconds = 60, readonly profile = 'parcel') {
    this.url = `http://localhost:${port}`;
  }

  private get env() {
    return {
      ...process.env,
      GUICHET_SERVER__LISTEN: `127.0.0.1:${this.port}`,
      GUICHET_SERVER__PUBLIC_ORIGIN: this.url,
      GUICHET_SERVER__SITE_DIR: site,
      GUICHET_SERVER__METRICS_LISTEN: '',
      GUICHET_DATABASE__URL: `sqlite:${join(this.folder, 'guichet.db')}`,
      GUICHET_DATA__DIR: this.folder,
      GUICHET_DATA__INBOX: this.inbox,
      GUICHET_OUTBOX__DIR: join(this.folder, 'outbox'),
      GUICHET_SESSION__PROFILE: this.profile,
      GUICHET_SESSION__IDLE_MINUTES: String(this.idleMinutes),
      GUICHET_MAIL__TRANSPORT: 'page',
      GUICHET_SESSION__WARNING_SECONDS: String(this.warningSeconds),
      GUICHET_PASSWORD__MEMORY_KIB: '19456',
      GUICHET_PASSWORD__PASSES: '2',
      GUICHET_LOG__FILTER: 'warn',
    };
  }

  /** Starts a server that nobody has sent anything to. */
  async startEmpty(): Promise<void> {
    mkdirSync(this.inbox, { recursive: true });
    await this.begin();
  }

  /** Makes the customers and their accounts, and starts the server. */
  async start(): Promise<void> {
    mkdirSync(this.inbox, { recursive: true });
    const parties = join(this.folder, 'parties.json');
    writeFileSync(parties, JSON.stringify({
      guichet: 'parties/1',
      customers: [
        { number: INES.number, name: INES.name, given_name: 'Inès', since: '2017-03-04', accounts: [
          { identification: INES.own, currency: 'EUR', name: 'Current account', overdraft: '500' },
          { identification: JOINT, currency: 'EUR', name: 'Joint account', role: 'joint' }] },
        { number: HUGO.number, name: HUGO.name, given_name: 'Hugo', since: '2019-09-16', accounts: [
          { identification: JOINT, currency: 'EUR', name: 'Joint account', role: 'joint' }] },
      ],
    }));
    this.command(['import', parties]);
    for (const who of [INES, HUGO]) {
      this.command(['user', 'add', '--customer', who.number, '--email', who.email], `${PASSWORD}\n`);
    }
    await this.begin();
    // Seventy days of statements on Inès's account, and three on the joint one.
    let balance = 241_873;
    for (let ago = 70; ago >= 1; ago -= 1) {
      const bookings: Booking[] = [
        { cents: -(1_000 + ago * 7), name: 'Boulangerie Osmont', text: 'Card 4417', ref: `B${ago}`, day: day(ago), card: true },
      ];
      if (ago % 30 === 10) bookings.push({ cents: 264_000, name: 'Atelier Verne', text: 'Salary', ref: `S${ago}`, day: day(ago) });
      if (ago === 5) bookings.push({ cents: -98_500, name: 'Foncière Beauvoisine', text: 'Rent <November>', ref: 'R5', day: day(ago) });
      this.drop(statement(INES.own, day(ago), 100 - ago, balance, bookings));
      balance += bookings.reduce((sum, b) => sum + b.cents, 0);
    }
    this.drop(statement(JOINT, day(1), 1, 100_000, [{ cents: -2_500, name: 'Marché Clos', text: 'Household', ref: 'J1', day: day(1) }]));
    await this.settled();
  }

  /** Runs a command of the portal's own; gives what it printed. */
  command(args: string[], input = ''): string {
    const done = spawnSync(binary, args, { env: this.env, input, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${binary} ${args.join(' ')}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  async begin(): Promise<void> {
    this.server = spawn(binary, ['serve'], { env: this.env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.server.stdout?.on('data', (piece: Buffer) => { this.printed += piece.toString(); });
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        if ((await fetch(`${this.url}/readyz`)).ok) return;
      } catch { /* not yet */ }
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error('the server does not begin to answer');
  }

  /** The code that the server prints while nobody of the institution can sign in. */
  setupCode(): string {
    return /with the code\s+(\S+)/.exec(this.printed)?.[1] ?? '';
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const server = this.server;
    if (!server || server.exitCode !== null) return;
    const over = new Promise((done) => server.once('exit', done));
    server.kill(signal);
    await over;
  }

  async clear(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts a finished file into the inbox, as a back office does: hidden first, then renamed. */
  drop(text: string): void {
    this.count += 1;
    const name = `${String(this.count).padStart(5, '0')}.xml`;
    writeFileSync(join(this.inbox, `.${name}`), text);
    renameSync(join(this.inbox, `.${name}`), join(this.inbox, name));
  }

  tell(iban: string, booking: Partial<Booking> & { cents: number; name: string }): void {
    this.drop(notification(iban, { text: 'Live', ref: `L${Date.now()}${this.count}`, day: day(0), ...booking }));
  }

  /** Waits until everything in the inbox is taken in. */
  async settled(): Promise<void> {
    const { readdirSync } = await import('node:fs');
    for (let tries = 0; tries < 600; tries += 1) {
      const left = readdirSync(this.inbox).length + readdirSync(join(this.folder, 'taken')).length;
      if (left === 0) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error('the inbox is not taken in');
  }
}
