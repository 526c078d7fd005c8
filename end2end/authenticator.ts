// What a customer holds in their hand: an app that shows codes, and an authenticator for passkeys.
import { createHmac } from 'node:crypto';
import type { CDPSession, Page } from '@playwright/test';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The six figures that an app shows for a seed (RFC 6238). */
export function appCode(seed: string, at = Date.now()): string {
  let bits = '';
  for (const letter of seed.replace(/\s/g, '')) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** Waits until the app shows other figures than now, so that none is used twice. */
export async function nextCode(seed: string): Promise<string> {
  const now = appCode(seed);
  while (appCode(seed) === now) await new Promise((done) => setTimeout(done, 500));
  return appCode(seed);
}

/** Chromium's own authenticator: a platform one, that verifies its user. */
export class Authenticator {
  private constructor(readonly cdp: CDPSession, readonly id: string) {}

  static async plugInto(page: Page): Promise<Authenticator> {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    } });
    return new Authenticator(cdp, authenticatorId);
  }

  /** Whether its user shows a face, a finger or a PIN. */
  async verifies(isUserVerified: boolean): Promise<void> {
    await this.cdp.send('WebAuthn.setUserVerified', { authenticatorId: this.id, isUserVerified });
  }

  async credentials() {
    return (await this.cdp.send('WebAuthn.getCredentials', { authenticatorId: this.id })).credentials;
  }

  /** Puts a copy from earlier in the place of what is there now: what somebody has who cloned the key. */
  async restore(credential: Awaited<ReturnType<Authenticator['credentials']>>[number]): Promise<void> {
    await this.cdp.send('WebAuthn.clearCredentials', { authenticatorId: this.id });
    await this.cdp.send('WebAuthn.addCredential', { authenticatorId: this.id, credential });
  }
}
