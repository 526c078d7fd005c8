//! The words of OFX: which tags are aggregates, and the entities in texts.

/// Aggregates that hold others; an unclosed one is broken and not an empty leaf.
const AGGREGATES: &[&str] = &[
    "OFX",
    "SONRS",
    "STATUS",
    "FI",
    "STMTTRNRS",
    "STMTRS",
    "BANKACCTFROM",
    "BANKACCTTO",
    "CCACCTFROM",
    "CCACCTTO",
    "BANKTRANLIST",
    "BANKTRANLISTP",
    "STMTTRN",
    "STMTTRNP",
    "PAYEE",
    "CURRENCY",
    "ORIGCURRENCY",
    "LEDGERBAL",
    "AVAILBAL",
    "BALLIST",
    "BAL",
    "CCSTMTTRNRS",
    "CCSTMTRS",
    "INVSTMTTRNRS",
    "INVSTMTRS",
    "INVACCTFROM",
    "INVTRANLIST",
    "INVBUY",
    "INVSELL",
    "INVTRAN",
    "SECID",
    "INVPOSLIST",
    "INVPOS",
    "INVBAL",
    "SECLIST",
    "SECINFO",
    "STOCKINFO",
    "MFINFO",
    "DEBTINFO",
    "OPTINFO",
    "OTHERINFO",
    "ACCTINFOTRNRS",
    "ACCTINFORS",
    "ACCTINFO",
    "BANKACCTINFO",
    "CCACCTINFO",
    "INVACCTINFO",
    "POSDEBT",
    "POSMF",
    "POSOPT",
    "POSOTHER",
    "POSSTOCK",
    "BUYDEBT",
    "BUYMF",
    "BUYOPT",
    "BUYOTHER",
    "BUYSTOCK",
    "CLOSUREOPT",
    "INCOME",
    "INVEXPENSE",
    "JRNLFUND",
    "JRNLSEC",
    "MARGININTEREST",
    "REINVEST",
    "RETOFCAP",
    "SELLDEBT",
    "SELLMF",
    "SELLOPT",
    "SELLOTHER",
    "SELLSTOCK",
    "SPLIT",
    "TRANSFER",
    "INVBANKTRAN",
];

pub(super) fn is_aggregate(name: &str) -> bool {
    name.ends_with("MSGSRSV1") || AGGREGATES.contains(&name)
}

/// With the entities of SGML and XML resolved; an ampersand that begins none stands for itself, as banks write it.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let letter = end.and_then(|end| entity(&rest[1..end]));
        match (letter, end) {
            (Some(letter), Some(end)) => {
                out.push(letter);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|letter| !letter.is_control() || letter.is_whitespace())
        }
    }
}
