//! Every sample file: what is detected, how many rows there are, and what the columns are taken for.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::path::PathBuf;

use custos_tabular::mapping::{NameSource, Preset, suggest};
use custos_tabular::{Detection, Limits, Overrides, RawRow, Table, detect};

fn open(name: &str) -> File {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "fixtures", name]
        .iter()
        .collect();
    File::open(path).unwrap()
}

fn detected(name: &str) -> Detection {
    detect(open(name), &Overrides::default(), &Limits::default()).unwrap()
}

/// All rows; none of the samples has a row that must be rejected as a row.
fn rows(name: &str) -> Vec<RawRow> {
    let mut table = Table::open(open(name), &detected(name), Limits::default()).unwrap();
    let total = table.bytes_total();
    let mut rows = table.rows().unwrap();
    let all: Vec<RawRow> = rows.by_ref().map(Result::unwrap).collect();
    assert_eq!(rows.bytes_read(), total);
    assert_eq!(rows.blank_rows(), 0);
    all
}

/// Format, encoding, delimiter, header row, count of columns, count of rows, and the columns that are imported.
fn check(name: &str, shape: &str, mapping: &str) {
    let detection = detected(name);
    assert_eq!(detection.warnings, [], "{name}");
    assert_eq!(detection.preset, Preset::Generic, "{name}");
    let rows = rows(name);
    assert!(
        rows.iter()
            .all(|row| row.cells.len() == detection.columns.len() && row.notes.is_empty())
    );
    let found = format!(
        "{:?} {} {} header {} columns {} rows {}",
        detection.format,
        detection.encoding.as_deref().unwrap_or("-"),
        detection.delimiter.unwrap_or('-'),
        detection.header_row,
        detection.columns.len(),
        rows.len()
    );
    assert_eq!(found, shape, "{name}");
    let headers: Vec<&str> = detection
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    let fields = suggest(&headers, detection.preset).fields;
    let pairs = headers
        .iter()
        .zip(fields)
        .map(|(header, field)| format!("{header}={}", field.unwrap_or("?")));
    assert_eq!(pairs.collect::<Vec<_>>().join(" | "), mapping, "{name}");
}

#[test]
fn people_are_their_own_customers() {
    let detection = detected("people-1000.csv");
    let headers: Vec<&str> = detection
        .columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(
        suggest(&headers, detection.preset).name_source,
        NameSource::Contact
    );
}

#[test]
fn columns_of_samples() {
    check(
        "customers-10000.csv",
        "Csv utf-8 , header 1 columns 12 rows 10000",
        "Index=ignore | Customer Id=ignore | First Name=contact_first_name | Last Name=contact_last_name | Company=name | City=city | Country=country | Phone 1=phone | Phone 2=landline | Email=email | Subscription Date=? | Website=website",
    );
    check(
        "people-1000.csv",
        "Csv utf-8 , header 1 columns 9 rows 1000",
        "Index=ignore | User Id=ignore | First Name=contact_first_name | Last Name=contact_last_name | Sex=? | Email=email | Phone=phone | Date of birth=? | Job Title=contact_title",
    );
    check(
        "organizations-1000.csv",
        "Csv utf-8 , header 1 columns 10 rows 1000",
        "Index=ignore | Organization Id=ignore | Name=name | Website=website | Country=country | Description=notes | Founded=? | Industry=industry | Number of employees=? | UpdatedAt=ignore",
    );
    check(
        "leads-duplicates-1000.csv",
        "Csv utf-8 , header 1 columns 14 rows 1000",
        "Index=ignore | Account Id=ignore | Lead Owner=owner_name | First Name=contact_first_name | Last Name=contact_last_name | Company=name | Phone 1=phone | Phone 2=landline | Email 1=email | Email 2=? | Website=website | Source=source | Deal Stage=status | Notes=notes",
    );
    check(
        "enterprise-customers-150.csv",
        "Csv utf-8 , header 1 columns 35 rows 150",
        "Index=ignore | Customer ID=ignore | Company Name=name | Primary Contact First Name=contact_first_name | Primary Contact Last Name=contact_last_name | Secondary Contact First Name=? | Secondary Contact Last Name=? | Email Primary=email | Email Secondary=? | Phone Primary=phone | Phone Secondary=landline | Website=website | Industry=industry | Company Description=? | Number of Employees=? | Annual Revenue=? | Address=address | City=city | Country=country | Account Manager=owner_name | Department=? | Contract Start Date=? | Contract End Date=? | Contract Value=amount | Payment Terms=? | Special Requirements=? | Support Level=? | Lead Source=source | Last Contact Date=last_contact_at | Next Follow Up Date=next_contact_at | Customer Since=? | Notes=notes | History=? | Messages=? | Implementation Instructions=?",
    );
    check(
        "messy-company-data-1000.csv",
        "Csv utf-8 , header 1 columns 17 rows 1000",
        "Index=ignore | Row ID=ignore | Raw Company Name=name | Website=website | Company Description=? | Country=country | Source System=source | Account Owner=owner_name | Created Date=ignore | Last Activity Date=last_contact_at | Renewal Date=? | Lifecycle Stage=status | Employee Count=? | Annual Revenue=? | Lead Score=? | Open Opportunities=? | CRM Notes=notes",
    );
}

const CHINESE: &str = "客户名称=name | 统一社会信用代码=uscc | 客户级别=level | 所属行业=industry | 省=province | 市=city | 详细地址=address | 联系人=contact_name | 职务=contact_title | 手机=phone | 座机=landline | 邮箱=email | 微信=wechat | 身份证号=id_number | 客户来源=source | 负责人=owner_name | 成交金额(万元)=amount_10k | 最近跟进时间=last_contact_at | 下次跟进时间=next_contact_at | 备注=notes";

#[test]
fn chinese_text() {
    check(
        "客户资料-gb18030.csv",
        "Csv gb18030 , header 1 columns 20 rows 2360",
        CHINESE,
    );
    let rows = rows("客户资料-gb18030.csv");
    assert!(
        rows.iter()
            .any(|row| row.cells[19] == "﨑与𠮷等生僻字：䶮、喆、㛃")
    );
    assert!(
        rows.iter()
            .any(|row| row.cells[19] == "第一行\n第二行：需要开票")
    );
}

#[test]
fn workbook_with_a_title_line() {
    let name = "客户资料-标题行在第二行.xlsx";
    check(name, "Xlsx - - header 2 columns 20 rows 800", CHINESE);
    let detection = detected(name);
    assert_eq!(
        (detection.sheet.as_deref(), detection.sheets.as_slice()),
        (Some("客户"), &["客户".to_owned(), "说明".to_owned()][..])
    );
    let workbook = rows(name);
    assert_eq!(workbook[0].row, 3);
    // The same rows as in the text file.
    let text = rows("客户资料-gb18030.csv");
    for (a, b) in workbook.iter().zip(&text) {
        assert_eq!(
            a.cells.iter().map(|c| c.trim()).collect::<Vec<_>>(),
            b.cells.iter().map(|c| c.trim()).collect::<Vec<_>>()
        );
    }
}

#[test]
fn reading_resumes_anywhere() {
    for name in [
        "客户资料-gb18030.csv",
        "客户资料-标题行在第二行.xlsx",
        "enterprise-customers-150.csv",
    ] {
        let all = rows(name);
        let mut table = Table::open(open(name), &detected(name), Limits::default()).unwrap();
        for start in [0, 1, all.len() / 2, all.len() - 1] {
            let resumed: Vec<RawRow> = table
                .rows_from(all[start].row)
                .unwrap()
                .map(Result::unwrap)
                .collect();
            assert_eq!(resumed, all[start..], "{name} from {start}");
        }
        assert!(table.rows_from(1_000_000).unwrap().next().is_none());
    }
}
