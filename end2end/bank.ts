// A bank for the tests: writes parties, statements and notifications as a back office would.

export type Booking = { cents: number; name: string; text: string; ref: string; day: string; status?: 'BOOK' | 'PDNG'; card?: boolean };

const money = (cents: number) => (Math.abs(cents) / 100).toFixed(2);
const side = (cents: number) => (cents < 0 ? 'DBIT' : 'CRDT');
const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function entry(b: Booking): string {
  const party = b.cents < 0 ? 'Cdtr' : 'Dbtr';
  const [family, subfamily] = b.card ? ['CCRD', 'POSD'] : [b.cents < 0 ? 'ICDT' : 'RCDT', 'ESCT'];
  return `<Ntry><Amt Ccy="EUR">${money(b.cents)}</Amt><CdtDbtInd>${side(b.cents)}</CdtDbtInd><Sts><Cd>${b.status ?? 'BOOK'}</Cd></Sts>
<BookgDt><Dt>${b.day}</Dt></BookgDt><ValDt><Dt>${b.day}</Dt></ValDt><AcctSvcrRef>${b.ref}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${family}</Cd><SubFmlyCd>${subfamily}</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-${b.ref}</EndToEndId></Refs><Amt Ccy="EUR">${money(b.cents)}</Amt><CdtDbtInd>${side(b.cents)}</CdtDbtInd>
<RltdPties><${party}><Pty><Nm>${escape(b.name)}</Nm></Pty></${party}></RltdPties>
<RmtInf><Ustrd>${escape(b.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`;
}

function balance(code: string, cents: number, day: string): string {
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${money(cents)}</Amt><CdtDbtInd>${side(cents)}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;
}

export function statement(iban: string, day: string, number: number, opening: number, bookings: Booking[]): string {
  const closing = bookings.reduce((sum, b) => sum + b.cents, opening);
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M-${iban}-${day}</MsgId><CreDtTm>${day}T23:30:00</CreDtTm></GrpHdr>
<Stmt><Id>S-${day}</Id><ElctrncSeqNb>${number}</ElctrncSeqNb><CreDtTm>${day}T23:30:00</CreDtTm>
<Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
${balance('OPBD', opening, day)}${balance('CLBD', closing, day)}
${bookings.map(entry).join('\n')}</Stmt></BkToCstmrStmt></Document>`;
}

export function notification(iban: string, booking: Booking): string {
  const pending = booking.status === 'PDNG';
  const [name, body, part] = pending ? ['camt.052.001.08', 'BkToCstmrAcctRpt', 'Rpt'] : ['camt.054.001.08', 'BkToCstmrDbtCdtNtfctn', 'Ntfctn'];
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${name}"><${body}>
<GrpHdr><MsgId>N-${booking.ref}-${booking.status ?? 'BOOK'}</MsgId><CreDtTm>${new Date().toISOString().slice(0, 19)}</CreDtTm></GrpHdr>
<${part}><Id>N-${booking.ref}</Id><CreDtTm>${new Date().toISOString().slice(0, 19)}</CreDtTm>
<Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
${entry(booking)}</${part}></${body}></Document>`;
}

export const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
