//! What banks call their columns, in the languages of Europe; without case and accents.

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Booking,
    Value,
    Amount,
    Debit,
    Credit,
    Indicator,
    Balance,
    Currency,
    Account,
    Counterparty,
    CounterAccount,
    Remittance,
    Reference,
    Code,
    /// A figure or a date of something else: what was charged abroad, a rate, a fee.
    Other,
}

/// Words for a role, with a stroke between. One that stands alone counts twice one that is a part.
const WORDS: &[(Role, &str)] = &[
    (
        Role::Booking,
        "date|booking date|bookdate|posting date|posted|posted date|transaction date|trans date|date processed|\
         completed date|created|effective date|buchungstag|buchungsdatum|buchung|datum|boekdatum|boekingsdatum|\
         transactiedatum|datum zauctovani|datum provedeni|zauctovano|date operation|date de l operation|\
         date comptable|date de comptabilisation|date d operation|fecha|fecha operacion|f operacion|\
         fecha contable|data|data contabile|data operazione|data mov|data movimento|data lancamento|\
         data operacji|data ksiegowania|bokfoeringsdag|bokfoeringsdatum|bogfoert|bogfoeringsdato|bokfoert|dato|\
         kirjauspaeivae|kirjauspaeiva|koenyveles datuma|dan uctovania|datum knjizenja|kuupaev",
    ),
    (
        Role::Value,
        "value date|valuedate|valuta|valutadatum|wertstellung|wertstellungstag|wert|valutadato|rentedatum|\
         date valeur|date de valeur|valeur|fecha valor|f valor|data valuta|data valor|data waluty|datum valuty|\
         valutadag|rentedato|arvopaeivae|arvopaeiva|erteknap",
    ),
    (
        Role::Amount,
        "amount|transaction amount|betrag|umsatz|buchungsbetrag|bedrag|montant|montant net|importe|importo|\
         importe eur|cantidad|valor|castka|zauctovana castka|objem|suma|kwota|belopp|beloeb|belob|beloep|maara|\
         maeaerae|summa|osszeg|oesszeg|iznos|net|net amount|montante|quantia|summe|betrag eur|amount eur",
    ),
    (
        Role::Debit,
        "debit|debits|debit amount|withdrawal|withdrawals|withdrawal amount|paid out|money out|payments|outflow|\
         soll|belastung|lastschrift betrag|abgang|debet|debito|uscite|addebiti|cargo|cargos|retiros|adeudo|\
         obciazenia|uttag|ut fra konto|ut|af konto|terheles|isplata|debit eur|sortie|depenses",
    ),
    (
        Role::Credit,
        "credit|credits|credit amount|deposit|deposits|deposit amount|paid in|money in|receipts|inflow|haben|\
         gutschrift|zugang|kredit|credito|entrate|accrediti|abono|abonos|ingresos|depositos|uznania|insattning|\
         insaettning|inn pa konto|inn|jovairas|uplata|credit eur|entree|recettes",
    ),
    (
        Role::Indicator,
        "af bij|debit credit|credit debit|dr cr|cr dr|d c|c d|dc|s h|soll haben|sh|bij af|sens|debet credit|\
         debit credit indicator|direction|cdi|c d indicator|ma|debe haber|segno|type debit credit",
    ),
    (
        Role::Balance,
        "balance|running balance|account balance|balance after|ledger balance|saldo|kontostand|\
         saldo nach buchung|saldo na trn|saldo na mutatie|solde|solde apres operation|zustatek|zostatok|\
         saldo po operacji|saldo contabile|saldo disponible|egyenleg|stanje|banksaldo|available balance",
    ),
    (
        Role::Currency,
        "currency|ccy|account currency|currency code|waehrung|whg|buchungswaehrung|kontowaehrung|munt|muntsoort|\
         valuta|devise|monnaie|moneda|divisa|moeda|mena|mena uctu|waluta|valuutta|devizanem|valuta konto|curr",
    ),
    (
        Role::Account,
        "account|account number|account no|account id|iban|own account|account iban|konto|kontonummer|\
         auftragskonto|auftraggeberkonto|iban auftraggeberkonto|iban kontoinhaber|bezeichnung auftragskonto|\
         iban auftragskonto|rekening|rekeningnummer|iban bban|eigen rekening|compte|numero de compte|n compte|\
         cuenta|numero de cuenta|conto|numero conto|cislo uctu|ucet|vlastni ucet|rachunek|numer rachunku|kontonr|\
         umsatz getaetigt von|szamlaszam|tilinumero|conta|card number|kartennummer",
    ),
    (
        Role::Counterparty,
        "counterparty|counterparty name|payee|payer|beneficiary|beneficiary name|merchant|name|merchant name|\
         recipient|transaction party|to from|counteraccount name|empfaenger|auftraggeber|beguenstigter|\
         beguenstigter zahlungspflichtiger|auftraggeber empfaenger|empfaenger auftraggeber|zahlungsempfaenger|\
         zahlungspflichtiger|auftraggeber beguenstigter|name zahlungsbeteiligter|zahlungspflichtige r|\
         zahlungsempfaenger in|gegenpartei|naam|naam tegenpartij|naam omschrijving|tegenpartij|beneficiaire|\
         tiers|contrepartie|nom de la contrepartie|beneficiario|ordenante|nazev protiuctu|nazov protiuctu|\
         nadawca odbiorca|kontrahent|mottagare|modtager|mottaker|saaja maksaja|saaja|partner neve",
    ),
    (
        Role::CounterAccount,
        "counterparty account|counter account|counterparty|counterparty iban|beneficiary account|payee account|\
         to account|bank account details|gegenkonto|kontonummer iban|iban zahlungsbeteiligter|iban empfaenger|\
         iban gegenpartei|kontonummer gegenkonto|tegenrekening|tegenrekening iban bban|rekening tegenpartij|\
         rekeningnummer tegenpartij|compte contrepartie|compte beneficiaire|cuenta destino|conto controparte|\
         cislo protiuctu|protiucet|bankovni spojeni|numer rachunku nadawcy odbiorcy|partner szamlaszama|\
         counterparty account number",
    ),
    (
        Role::Remittance,
        "description|details|memo|narrative|particulars|reference text|remittance information|\
         transaction details|message|purpose|transaction description|payment details|notes|original description|\
         additional information|verwendungszweck|vwz|buchungsdetails|buchungstext verwendungszweck|\
         transaktionsbeschreibung|transaktionsbeschreibung zusatz|beschreibung|text|info text|omschrijving|\
         mededelingen|mededeling|omschrijving 1|omschrijving 2|omschrijving 3|vrije mededeling|\
         gestructureerde mededeling|libelle|libelle operation|libelle simplifie|description de l operation|\
         detail|communication|communications|motif|concepto|descripcion|causale|descrizione|descricao|zprava|\
         zprava pro prijemce|zprava pro me|message for payee|message for me|poznamka|popis|\
         informacia pre prijemcu|tytul|tytul operacji|opis|opis operacji|opis transakcji|meddelande|beskrivelse|beskrivning|\
         viesti|selitys|selite|tekst|koezlemeny|forklaring|dettagli|observaciones",
    ),
    (
        Role::Reference,
        "reference|transaction id|transaction reference|transaction reference number|bank reference|id|ref|\
         reference number|fit id|buchungsreferenz|referenz|referentie|transactiereferentie|volgnr|referenz nr|\
         referencia|referencni cislo|referencni cislo transakce|id transakce|id transakcji|id operace|id pohybu|\
         arkiveringstunnus|arkistointitunnus|riferimento|numero operation|verifikationsnummer|trn id|\
         transactie id",
    ),
    (
        Role::Code,
        "type|transaction type|transaction code|code|category code|umsatzart|buchungsart|buchungstext|vorgang|\
         transaktionstyp|vorgang verwendungszweck|mutatiesoort|transactiesoort|type operation|type d operation|\
         tipo|tipo de operacion|typ transakce|typ transakcji|typ operacji|typ|subcategory|gvc",
    ),
    (
        Role::Other,
        "original amount|originalbetrag|original currency|originalwaehrung|local amount|local currency|\
         foreign amount|foreign currency|fee|fees|gebuehr|exchange rate|umrechnungskurs|rate|kurs|belegdatum|\
         puvodni castka a mena|puvodni castka|poplatek|oorspronkelijk bedrag|oorspr bedrag|oorspr munt|koers|\
         instructed amount|instructed currency|betrag original|taux|started date|check number|cheque number|bic|\
         bank code|blz|bankleitzahl|bankleitzahl auftraggeberkonto|swift|variable symbol|constant symbol|\
         specific symbol|variabilni symbol|konstantni symbol|specificky symbol|vs|ks|ss|category|kategorie|tax|\
         steuer|sort code",
    ),
];

/// Parts of a name that make it the other side's.
const OTHERS: [&str; 24] = [
    "counter",
    "payee",
    "beneficiary",
    "recipient",
    "gegen",
    "tegen",
    "proti",
    "empfaenger",
    "beguenstigt",
    "zahlungsempfaenger",
    "zahlungsbeteiligt",
    "zahlungspflichtig",
    "destinat",
    "beneficiair",
    "contrepartie",
    "controparte",
    "odbiorc",
    "nadawc",
    "partner",
    "mottagar",
    "modtager",
    "saaja",
    "ordenante",
    "wederpartij",
];

/// Parts of a name that make a figure one of something else.
const ELSEWHERE: [&str; 13] = [
    "original",
    "foreign",
    "local",
    "fee",
    "gebuehr",
    "charge",
    "poplatek",
    "kurs",
    "rate",
    "puvodni",
    "oorspr",
    "instructed",
    "cashback",
];

/// How well a column's folded name fits a role: 100 for a word of it, less for a part, 0 for none.
pub(super) fn fit(name: &str, role: Role) -> u32 {
    let of: Vec<&str> =
        WORDS.iter().find(|(known, _)| *known == role).map_or("", |(_, words)| *words).split('|').collect();
    // A currency behind it belongs to the figure and not to the name: `betrag eur`, `withdrawals sgd`.
    let bare = name.rsplit_once(' ').filter(|(_, code)| is_code(code)).map_or(name, |(bare, _)| bare);
    let part = |word: &&&str| {
        name.strip_prefix(**word).is_some_and(|rest| rest.starts_with(' '))
            || name.strip_suffix(**word).is_some_and(|rest| rest.ends_with(' '))
    };
    let best = if of.contains(&name) || of.contains(&bare) {
        100
    } else {
        of.iter().filter(part).map(|word| 30 + 2 * word.len().min(15) as u32).max().unwrap_or(0)
    };
    let has = |parts: &[&str]| parts.iter().any(|part| name.split(' ').any(|word| word.starts_with(part)));
    let misfit = match role {
        Role::Account | Role::Reference => best < 100 && has(&OTHERS),
        Role::Amount | Role::Debit | Role::Credit | Role::Currency => best < 100 && has(&ELSEWHERE),
        _ => false,
    };
    if misfit { 0 } else { best }
}

/// Whether a name is the other side's.
pub(super) fn is_others(name: &str) -> bool {
    OTHERS.iter().any(|part| name.contains(part))
}

/// Whether any role knows the name.
pub(super) fn is_known(name: &str) -> bool {
    WORDS.iter().any(|(role, _)| fit(name, *role) >= 50)
}

/// Codes of currencies that stand in headers; a list, so that no other word of three letters is taken for one.
const CODES: [&str; 40] = [
    "eur", "usd", "gbp", "chf", "czk", "pln", "huf", "sek", "nok", "dkk", "sgd", "aud", "nzd", "cad", "jpy", "cny",
    "hkd", "inr", "zar", "try", "ron", "bgn", "hrk", "rsd", "isk", "uah", "rub", "ils", "aed", "sar", "mxn", "brl",
    "ars", "clp", "cop", "thb", "myr", "idr", "php", "krw",
];

/// Whether a word is the code of a currency.
pub(super) fn is_code(word: &str) -> bool {
    CODES.contains(&word)
}

/// Words for what went.
pub(super) const WENT: [&str; 17] = [
    "d",
    "dr",
    "db",
    "dbit",
    "debit",
    "debet",
    "s",
    "soll",
    "af",
    "out",
    "-",
    "withdrawal",
    "uit",
    "debito",
    "outgoing",
    "lastschrift",
    "debits",
];

/// Words for what came.
pub(super) const CAME: [&str; 17] = [
    "c",
    "cr",
    "cd",
    "crdt",
    "credit",
    "kredit",
    "h",
    "haben",
    "bij",
    "in",
    "+",
    "deposit",
    "by",
    "credito",
    "incoming",
    "gutschrift",
    "credits",
];

/// The currency of a country's accounts, by the first letters of their IBANs.
pub(super) fn currency_of(country: &str) -> Option<&'static str> {
    Some(match country {
        "AT" | "BE" | "CY" | "DE" | "EE" | "ES" | "FI" | "FR" | "GR" | "HR" | "IE" | "IT" | "LT" | "LU" | "LV"
        | "MC" | "MT" | "NL" | "PT" | "SI" | "SK" | "SM" | "AD" | "VA" | "ME" | "XK" => "EUR",
        "GB" => "GBP",
        "CH" | "LI" => "CHF",
        "CZ" => "CZK",
        "PL" => "PLN",
        "HU" => "HUF",
        "SE" => "SEK",
        "NO" => "NOK",
        "DK" | "FO" | "GL" => "DKK",
        "RO" => "RON",
        "BG" => "BGN",
        "IS" => "ISK",
        "TR" => "TRY",
        "RS" => "RSD",
        "UA" => "UAH",
        _ => return None,
    })
}
