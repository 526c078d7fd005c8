//! Which element means what: the way from the root to every text that is read, by local names.
//!
//! Old and new shapes stand side by side (`BIC` and `BICFI`, `Sts` as a text and as a choice, parties with and without
//! `Pty`), because real senders mix them.

/// An element that is known by its place, or a text that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub(super) enum Context {
    /// Outside of the message: envelopes and application headers.
    Envelope,
    /// Not read, nor anything in it.
    Skip,
    Document, Body,
    Group, MessageId, GroupCreated, GroupPages, GroupPage, GroupLast,
    Statement, Reference, ElectronicSeq, LegalSeq, Pages, Page, LastPage, Created, Period, From, To,
    Account, AccountCurrency, AccountName, Owner, OwnerName, Servicer, ServicerBank, ServicerBic,
    /// Below any account: the statement's own or the other side's.
    AccountId, Iban, OtherAccount, OtherId, Scheme, SchemeName,
    Balance, BalanceType, BalanceTypeChoice, BalanceCode, BalanceSubtype, BalanceSubtypeCode, BalanceAmount,
    BalanceDirection, BalanceDate,
    Summary, SummaryAll, SummaryAllCount, SummaryAllSum, SummaryCredits, SummaryCreditCount, SummaryCreditSum,
    SummaryDebits, SummaryDebitCount, SummaryDebitSum,
    Entry, EntryRef, Amount, Direction, Reversal, Status, BookingDate, ValueDate, ServicerRef, AdditionalInfo,
    Code, Domain, DomainCode, Family, FamilyCode, SubfamilyCode, Proprietary, ProprietaryCode,
    Details, Batch, BatchCount, BatchTotal,
    Transaction, Refs, TxServicerRef, InstructionId, EndToEndId, Uetr, TransactionId, MandateId,
    TxAmount, TxDirection, TxInfo,
    AmountDetails, InstructedAmount, Instructed, Exchange, ExchangeRate,
    Charges, ChargeRecord, ChargeAmount,
    Parties, Party, PartyName, PartyId, PartyPrivateId, PartyOtherId, PartyIdText, PartyAccount,
    Agents, Agent, AgentBank, AgentBic,
    Purpose, PurposeText, Remittance, Unstructured, Structured, CreditorRef, CreditorRefText,
    Return, ReturnReason, ReturnReasonText,
}

/// A side of a transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Role {
    #[default]
    Debtor,
    Creditor,
    UltimateDebtor,
    UltimateCreditor,
}

/// Is this the body of a message that is read?
pub(super) fn body(name: &str) -> Option<crate::record::MessageType> {
    use crate::record::MessageType::{Camt052, Camt053, Camt054};
    // Version 01 has its version in the name: `BkToCstmrAcctRptV01`.
    let name = name.find('V').map_or(name, |at| &name[..at]);
    match name {
        "BkToCstmrAcctRpt" => Some(Camt052),
        "BkToCstmrStmt" => Some(Camt053),
        "BkToCstmrDbtCdtNtfctn" => Some(Camt054),
        _ => None,
    }
}

/// The side that an element of `RltdPties` or `RltdAgts` names.
pub(super) fn role(name: &str) -> Option<Role> {
    match name {
        "Dbtr" | "DbtrAcct" | "DbtrAgt" => Some(Role::Debtor),
        "Cdtr" | "CdtrAcct" | "CdtrAgt" => Some(Role::Creditor),
        "UltmtDbtr" => Some(Role::UltimateDebtor),
        "UltmtCdtr" => Some(Role::UltimateCreditor),
        _ => None,
    }
}

/// What a child means below its parent.
#[rustfmt::skip]
pub(super) fn child(parent: Context, name: &str) -> Context {
    use Context::*;
    match parent {
        Envelope => match name { "Document" => Document, "AppHdr" => Skip, _ if body(name).is_some() => Body, _ => Envelope },
        Document => if body(name).is_some() { Body } else { Skip },
        Body => match name { "GrpHdr" => Group, "Stmt" | "Rpt" | "Ntfctn" => Statement, _ => Skip },
        Group => match name { "MsgId" => MessageId, "CreDtTm" => GroupCreated, "MsgPgntn" => GroupPages, _ => Skip },
        GroupPages => match name { "PgNb" => GroupPage, "LastPgInd" => GroupLast, _ => Skip },
        Statement => match name {
            "Ntry" => Entry, "Bal" => Balance, "Id" => Reference, "ElctrncSeqNb" => ElectronicSeq, "LglSeqNb" => LegalSeq,
            "CreDtTm" => Created, "FrToDt" => Period, "Acct" => Account, "TxsSummry" => Summary,
            "StmtPgntn" | "RptPgntn" | "NtfctnPgntn" => Pages, _ => Skip },
        Pages => match name { "PgNb" => Page, "LastPgInd" => LastPage, _ => Skip },
        Period => match name { "FrDtTm" | "FrDt" => From, "ToDtTm" | "ToDt" => To, _ => Skip },
        Account => match name {
            "Id" => AccountId, "Ccy" => AccountCurrency, "Nm" => AccountName, "Ownr" => Owner, "Svcr" => Servicer, _ => Skip },
        Owner => match name { "Nm" => OwnerName, "Pty" => Owner, _ => Skip },
        Servicer => if name == "FinInstnId" { ServicerBank } else { Skip },
        ServicerBank => match name { "BICFI" | "BIC" => ServicerBic, "CmbndId" => ServicerBank, _ => Skip },
        AccountId => match name { "IBAN" => Iban, "Othr" | "PrtryAcct" => OtherAccount, "BBAN" | "UPIC" => OtherId, _ => Skip },
        OtherAccount => match name { "Id" => OtherId, "SchmeNm" => Scheme, _ => Skip },
        Scheme => match name { "Cd" | "Prtry" => SchemeName, _ => Skip },
        Balance => match name {
            "Tp" => BalanceType, "Amt" => BalanceAmount, "CdtDbtInd" => BalanceDirection, "Dt" => BalanceDate, _ => Skip },
        BalanceType => match name {
            "CdOrPrtry" => BalanceTypeChoice, "Cd" | "Prtry" => BalanceCode, "SubTp" => BalanceSubtype, _ => Skip },
        BalanceTypeChoice => match name { "Cd" | "Prtry" => BalanceCode, _ => Skip },
        BalanceSubtype => match name { "Cd" | "Prtry" => BalanceSubtypeCode, _ => Skip },
        // A date is a choice of Dt and DtTm from version 02; the texts mean the same.
        BalanceDate | BookingDate | ValueDate => match name { "Dt" | "DtTm" => parent, _ => Skip },
        Status => match name { "Cd" | "Prtry" => Status, _ => Skip },
        Summary => match name {
            "TtlNtries" => SummaryAll, "TtlCdtNtries" => SummaryCredits, "TtlDbtNtries" => SummaryDebits, _ => Skip },
        SummaryAll => match name { "NbOfNtries" => SummaryAllCount, "Sum" => SummaryAllSum, _ => Skip },
        SummaryCredits => match name { "NbOfNtries" => SummaryCreditCount, "Sum" => SummaryCreditSum, _ => Skip },
        SummaryDebits => match name { "NbOfNtries" => SummaryDebitCount, "Sum" => SummaryDebitSum, _ => Skip },
        Entry => match name {
            "NtryDtls" => Details, "Amt" => Amount, "CdtDbtInd" => Direction, "Sts" => Status, "BookgDt" => BookingDate,
            "ValDt" => ValueDate, "AcctSvcrRef" => ServicerRef, "NtryRef" => EntryRef, "BkTxCd" => Code, "RvslInd" => Reversal,
            "AddtlNtryInf" => AdditionalInfo, "Btch" => Batch, "TxDtls" => Transaction, _ => Skip },
        Code => match name { "Domn" => Domain, "Prtry" => Proprietary, _ => Skip },
        Domain => match name { "Cd" => DomainCode, "Fmly" => Family, _ => Skip },
        Family => match name { "Cd" => FamilyCode, "SubFmlyCd" => SubfamilyCode, _ => Skip },
        Proprietary => if name == "Cd" { ProprietaryCode } else { Skip },
        Details => match name { "TxDtls" => Transaction, "Btch" => Batch, _ => Skip },
        Batch => match name { "NbOfTxs" => BatchCount, "TtlAmt" => BatchTotal, _ => Skip },
        Transaction => match name {
            "Refs" => Refs, "Amt" => TxAmount, "CdtDbtInd" => TxDirection, "AmtDtls" => AmountDetails, "RltdPties" => Parties,
            "RltdAgts" => Agents, "RmtInf" => Remittance, "Purp" => Purpose, "Chrgs" => Charges, "RtrInf" => Return,
            "AddtlTxInf" => TxInfo, _ => Skip },
        Refs => match name {
            "EndToEndId" => EndToEndId, "AcctSvcrRef" => TxServicerRef, "InstrId" => InstructionId, "TxId" => TransactionId,
            "MndtId" => MandateId, "UETR" => Uetr, _ => Skip },
        AmountDetails => match name { "InstdAmt" => InstructedAmount, "TxAmt" => InstructedAmount, _ => Skip },
        InstructedAmount => match name { "Amt" => Instructed, "CcyXchg" => Exchange, _ => Skip },
        Exchange => if name == "XchgRate" { ExchangeRate } else { Skip },
        Charges => match name { "Rcrd" => ChargeRecord, "TtlChrgsAndTaxAmt" | "Amt" => ChargeAmount, _ => Skip },
        ChargeRecord => if name == "Amt" { ChargeAmount } else { Skip },
        Parties => match name {
            "Dbtr" | "Cdtr" | "UltmtDbtr" | "UltmtCdtr" => Party, "DbtrAcct" | "CdtrAcct" => PartyAccount, _ => Skip },
        Party => match name { "Nm" => PartyName, "Pty" => Party, "Id" => PartyId, _ => Skip },
        PartyId => if name == "PrvtId" { PartyPrivateId } else { Skip },
        PartyPrivateId => if name == "Othr" { PartyOtherId } else { Skip },
        PartyOtherId => if name == "Id" { PartyIdText } else { Skip },
        PartyAccount => if name == "Id" { AccountId } else { Skip },
        Agents => match name { "DbtrAgt" | "CdtrAgt" => Agent, _ => Skip },
        Agent => if name == "FinInstnId" { AgentBank } else { Skip },
        AgentBank => match name { "BICFI" | "BIC" => AgentBic, "CmbndId" => AgentBank, _ => Skip },
        Purpose => match name { "Cd" | "Prtry" => PurposeText, _ => Skip },
        Remittance => match name { "Ustrd" => Unstructured, "Strd" => Structured, _ => Skip },
        Structured => if name == "CdtrRefInf" { CreditorRef } else { Skip },
        CreditorRef => match name { "Ref" | "CdtrRef" => CreditorRefText, _ => Skip },
        Return => match name { "Rsn" | "RtrRsn" => ReturnReason, "AddtlInf" => Skip, _ => Skip },
        ReturnReason => match name { "Cd" | "Prtry" => ReturnReasonText, _ => Skip },
        _ => Skip,
    }
}
