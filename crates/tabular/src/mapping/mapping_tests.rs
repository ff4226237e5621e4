use super::*;
use proptest::prelude::*;

/// The suggestions as `header=field`, unknown headers left out.
fn mapped(headers: &str, expected_preset: Preset) -> String {
    let headers: Vec<&str> = headers.split('|').collect();
    let preset = Preset::detect(&headers);
    assert_eq!(preset, expected_preset);
    let suggestions = suggest(&headers, preset);
    let pairs = headers
        .iter()
        .zip(&suggestions.fields)
        .filter_map(|(header, field)| field.map(|field| format!("{header}={field}")));
    pairs
        .filter(|pair| !pair.ends_with("=ignore"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn every_line_of_the_tables_is_read() {
    for line in include_str!("synonyms.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let parts: Vec<&str> = line.splitn(4, ',').collect();
        assert!(Preset::from_name(parts[0]).is_some(), "{line}");
        assert!(FIELDS.contains(&parts[1]), "{line}");
        assert!(parts[2].parse::<u32>().is_ok(), "{line}");
        assert!(
            parts[3].split('|').all(|header| !plain(header).is_empty()),
            "{line}"
        );
    }
    for line in include_str!("signatures.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let parts: Vec<&str> = line.splitn(3, ',').collect();
        assert!(
            Preset::from_name(parts[0]).is_some() && parts[1].parse::<usize>().is_ok(),
            "{line}"
        );
    }
}

#[test]
fn salesforce() {
    assert_eq!(
        mapped(
            "Account Name|Account ID|Account Owner|Account Owner Alias|Billing Street|Billing City|Billing State/Province|Billing Zip/Postal Code|Billing Country|Phone|Fax|Website|Industry|Rating|Last Activity|Description",
            Preset::Salesforce
        ),
        "Account Name=name Account Owner=owner_name Billing Street=address Billing City=city Billing State/Province=province Billing Country=country Phone=landline Website=website Industry=industry Rating=level Last Activity=last_contact_at Description=notes"
    );
    assert_eq!(
        mapped(
            "Id|IsDeleted|MasterRecordId|Name|BillingStreet|BillingCity|BillingPostalCode|Phone|Industry|OwnerId|CreatedById|SystemModstamp",
            Preset::Salesforce
        ),
        "Name=contact_name BillingStreet=address BillingCity=city Phone=landline Industry=industry"
    );
}

#[test]
fn hubspot() {
    assert_eq!(
        mapped(
            "Record ID|Company name|Company owner|Create Date|Phone Number|Last Activity Date|City|Country/Region|Industry|Lifecycle Stage|Company Domain Name",
            Preset::HubSpot
        ),
        "Company name=name Company owner=owner_name Phone Number=phone Last Activity Date=last_contact_at City=city Country/Region=country Industry=industry Lifecycle Stage=status Company Domain Name=website"
    );
    assert_eq!(
        mapped(
            "Record ID - Contact|First Name|Last Name|Email|Phone Number|Contact owner|Associated Company|Lead Status|Marketing contact status|Create Date|Job Title",
            Preset::HubSpot
        ),
        "First Name=contact_first_name Last Name=contact_last_name Email=email Phone Number=phone Contact owner=owner_name Associated Company=name Lead Status=status Job Title=contact_title"
    );
}

#[test]
fn zoho() {
    assert_eq!(
        mapped(
            "Record Id|Lead Owner.id|Lead Owner|Company|First Name|Last Name|Title|Email|Phone|Mobile|Lead Source|Lead Status|Created By.id|Modified Time|Street|City|State|Country|Description|Tag",
            Preset::Zoho
        ),
        "Lead Owner=owner_name Company=name First Name=contact_first_name Last Name=contact_last_name Title=contact_title Email=email Phone=landline Mobile=phone Lead Source=source Lead Status=status Street=address City=city State=province Country=country Description=notes"
    );
}

#[test]
fn fxiaoke() {
    assert_eq!(
        mapped(
            "客户名称（必填）|客户编号|客户级别|客户来源|1级行业|成交状态|负责人（必填）|负责人主属部门|国家|省|市|区|详细地址|电话|邮件|网址|最后跟进时间|生命状态|锁定状态|业务类型|备注",
            Preset::Fxiaoke
        ),
        "客户名称（必填）=name 客户级别=level 客户来源=source 1级行业=industry 成交状态=status 负责人（必填）=owner_name 国家=country 省=province 市=city 详细地址=address 电话=landline 邮件=email 网址=website 最后跟进时间=last_contact_at 备注=notes"
    );
}

#[test]
fn second_meanings() {
    assert_eq!(
        mapped("Company|Name|Phone 1|Phone 2", Preset::Generic),
        "Company=name Name=contact_name Phone 1=phone Phone 2=landline"
    );
    assert_eq!(mapped("名称|电话", Preset::Generic), "名称=name 电话=phone");
    assert_eq!(
        mapped("*公司|手机|电话|手机 (2)", Preset::Generic),
        "*公司=name 手机=phone 电话=landline"
    );
    assert_eq!(
        mapped("客户|合同金额（万元）", Preset::Generic),
        "客户=name 合同金额（万元）=amount_10k"
    );
    assert_eq!(
        mapped("客户|合同金额（元）", Preset::Generic),
        "客户=name 合同金额（元）=amount"
    );
}

#[test]
fn a_list_of_people() {
    let suggestions = suggest(&["First Name", "Last Name", "Phone"], Preset::Generic);
    assert_eq!(suggestions.name_source, NameSource::Contact);
    assert_eq!(
        suggest(&["姓名", "手机"], Preset::Generic).name_source,
        NameSource::Contact
    );
    assert_eq!(
        suggest(&["手机"], Preset::Generic).name_source,
        NameSource::Missing
    );
    assert_eq!(
        (
            full_name("娜", "李"),
            full_name("Na", "Li"),
            full_name("", "Li")
        ),
        ("李娜".into(), "Na Li".into(), "Li".into())
    );
}

proptest! {
    #[test]
    fn each_field_once(picks in proptest::collection::vec(0usize..200, 1..40)) {
        let known: Vec<&str> = include_str!("synonyms.csv").lines().filter(|l| !l.starts_with('#')).flat_map(|l| l.splitn(4, ',').nth(3).unwrap().split('|')).collect();
        let headers: Vec<&str> = picks.iter().map(|pick| known[pick * 7 % known.len()]).collect();
        let suggestions = suggest(&headers, Preset::Generic);
        let mut seen = HashSet::new();
        for field in suggestions.fields.iter().flatten().filter(|field| **field != "ignore") {
            prop_assert!(FIELDS.contains(field) && seen.insert(*field));
        }
    }
}
