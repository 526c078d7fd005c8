// Lighthouse on a throttled phone: run.mjs ADDRESS [COOKIE]. Prints the four scores and what a first visit weighs.
import lighthouse from 'lighthouse';
import * as chromeLauncher from 'chrome-launcher';

const [address, cookie] = process.argv.slice(2);
const chrome = await chromeLauncher.launch({
  chromePath: process.env.GUICHET_CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-quic', '--disable-background-networking', '--no-first-run'],
});
try {
  const options = {
    port: chrome.port,
    output: 'json',
    logLevel: 'error',
    onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'],
    ...(cookie ? { extraHeaders: { Cookie: cookie } } : {}),
  };
  const { lhr } = await lighthouse(address, options);
  const scores = Object.values(lhr.categories).map((category) => `${category.title} ${Math.round((category.score ?? 0) * 100)}`);
  const weight = lhr.audits['total-byte-weight']?.numericValue ?? 0;
  console.log(`${new URL(address).pathname}: ${scores.join(', ')}; ${weight} bytes over the wire (${(weight / 1024).toFixed(1)} KiB)`);
  for (const category of Object.values(lhr.categories)) {
    for (const { id, weight: counts } of category.auditRefs) {
      const audit = lhr.audits[id];
      if (counts > 0 && audit.score !== null && audit.score < 1) console.log(`  ${category.title}: ${audit.title} ${audit.displayValue ?? ''}`);
    }
  }
} finally {
  chrome.kill();
}
