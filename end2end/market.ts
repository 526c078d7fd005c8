// A custodian and a market for the tests: instruments, two portfolios, a month of closes, rates, and prices as they come.
import { day } from './bank';
import { HUGO, INES } from './world';

const SHARE = 'NO0010GUI840';
const FUND = 'IE00BGUICH04';
const DOLLAR = 'US0GUICHET02';

export const NAMES = { share: 'Nordlys Energi', fund: 'World Equity Index ETF', dollar: 'Blue Ridge Software', watched: 'Osmia Health' };

const instrument = (isin: string, name: string, currency: string, cls: string, region: string) =>
  ({ isin, name, currency, class: cls, region, mic: 'XGUI' });

/** What the custodian sends once. */
export function custody(): string {
  const portfolio = (account: string, holder: string) => ({
    account, currency: 'EUR', name: 'Custody account', holders: [holder], as_of: day(1),
    positions: [
      { instrument: SHARE, quantity: 100, price: '30.00', price_currency: 'EUR', cost: '2500.00' },
      { instrument: FUND, quantity: 20, price: '140.00', price_currency: 'EUR', cost: '2600.00' },
      { instrument: DOLLAR, quantity: 10, price: '110.00', price_currency: 'USD', cost: '900.00' },
    ],
    transactions: [
      { reference: 'T1', type: 'buy', instrument: SHARE, trade_date: day(20), quantity: 10, price: '29.00', gross: '290.00', fees: '4.90', net: '-294.90' },
      { reference: 'T2', type: 'dividend', instrument: SHARE, trade_date: day(10), gross: '20.00', taxes: '3.00', net: '17.00' },
    ],
    cash: [{ name: 'Settlement', amount: '500.00', currency: 'EUR' }],
  });
  return JSON.stringify({
    guichet: 'portfolio/1',
    instruments: [
      instrument(SHARE, NAMES.share, 'EUR', 'equity', 'Europe'), instrument(FUND, NAMES.fund, 'EUR', 'etf', 'World'),
      instrument(DOLLAR, NAMES.dollar, 'USD', 'equity', 'North America'), instrument('FR0014GUI0H6', NAMES.watched, 'EUR', 'equity', 'Europe'),
    ],
    portfolios: [portfolio('70011234', INES.number), portfolio('70011299', HUGO.number)],
  });
}

/** Rates of the last month: a euro is 1.10 dollars. */
export function rates(): string {
  const days = Array.from({ length: 30 }, (_, ago) => `<Cube time="${day(ago + 1)}"><Cube currency="USD" rate="1.1000"/></Cube>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
<Cube>${days.join('')}</Cube></gesmes:Envelope>`;
}

const quotes = (list: object[]) => JSON.stringify({ guichet: 'quotes/1', quotes: list });

/** A month of closes of the share. */
export function closes(): string {
  return quotes(Array.from({ length: 30 }, (_, index) => ({
    isin: SHARE, mic: 'XGUI', currency: 'EUR', price: (28 + (index % 7) * 0.3).toFixed(2), kind: 'close',
    at: `${day(30 - index)}T17:00:00Z`, source: 'Test market',
  })));
}

/** A price of the share, now. */
export function price(amount: string): string {
  const at = `${new Date().toISOString().slice(0, 19)}Z`;
  return quotes([{ isin: SHARE, mic: 'XGUI', currency: 'EUR', price: amount, at, source: 'Test market' }]);
}
