//! A ready-made organisation for trying the product out.

use super::founding::{FirstAccount, FirstDepartment, Founding, found};
use crate::error::IdentityError;
use crate::identity::Identity;
use crate::sign_in::LinkToken;
use custos_kernel::policy::{DataScope, Origin, Role, RoleSet};
use custos_values::UserId;

/// Who and what a demonstration has.
pub struct DemoPlan {
    organisation: &'static str,
    language: &'static str,
    /// Name and place of the department above.
    departments: &'static [(&'static str, Option<usize>)],
    /// Name, login, role, scope, place of the department.
    people: &'static [(&'static str, &'static str, Role, DataScope, Option<usize>)],
}

impl Default for DemoPlan {
    /// A trading company with two sales departments, the three administrators and eight people who sell.
    fn default() -> Self {
        use DataScope::{Department, DepartmentTree, Own};
        use Role::{AuditAdmin, Sales, SalesLead, SecurityAdmin, SystemAdmin};
        Self {
            organisation: "江南云帆贸易有限公司",
            language: "zh-CN",
            departments: &[
                ("江南云帆贸易有限公司", None),
                ("销售中心", Some(0)),
                ("销售一部", Some(1)),
                ("销售二部", Some(1)),
                ("综合管理部", Some(0)),
            ],
            people: &[
                ("周明远", "zhou.mingyuan", SystemAdmin, Own, Some(4)),
                ("林静怡", "lin.jingyi", SecurityAdmin, Own, Some(4)),
                ("郑国栋", "zheng.guodong", AuditAdmin, Own, Some(4)),
                ("陈思远", "chen.siyuan", SalesLead, DepartmentTree, Some(1)),
                ("赵雅雯", "zhao.yawen", SalesLead, Department, Some(3)),
                ("王晓芳", "wang.xiaofang", Sales, Own, Some(2)),
                ("李建国", "li.jianguo", Sales, Own, Some(2)),
                ("张雨桐", "zhang.yutong", Sales, Department, Some(2)),
                ("刘志强", "liu.zhiqiang", Sales, Own, Some(3)),
                ("孙丽娜", "sun.lina", Sales, Own, Some(3)),
                ("吴浩然", "wu.haoran", Sales, Own, Some(3)),
            ],
        }
    }
}

/// An account of a demonstration.
pub struct DemoAccount {
    /// The account.
    pub id: UserId,
    /// Its role.
    pub role: Role,
    /// The display name.
    pub name: String,
    /// The login name.
    pub login: String,
    /// The link by which to sign in, once.
    pub link: LinkToken,
}

impl Identity {
    /// Makes a demonstration's organisation, departments and accounts.
    ///
    /// # Errors
    /// 409 `setup.done` when there is an organisation already.
    pub async fn seed_demo(&self, plan: DemoPlan) -> Result<Vec<DemoAccount>, IdentityError> {
        let department = |(name, parent): &(&str, Option<usize>)| FirstDepartment {
            name: (*name).to_owned(),
            parent: *parent,
        };
        let account = |(name, login, role, data_scope, department): &(
            &str,
            &str,
            Role,
            DataScope,
            Option<usize>,
        )| {
            FirstAccount {
                name: (*name).to_owned(),
                login: (*login).to_owned(),
                roles: RoleSet::new([*role]).unwrap_or_default(),
                data_scope: *data_scope,
                department: *department,
                password: None,
            }
        };
        let founding = Founding {
            name: plan.organisation.to_owned(),
            language: plan.language.to_owned(),
            departments: plan.departments.iter().map(department).collect(),
            accounts: plan.people.iter().map(account).collect(),
        };
        let (_, made) = found(self, founding, Origin::default()).await?;
        let described = made.into_iter().zip(plan.people);
        Ok(described
            .filter_map(|((id, link), (name, login, role, ..))| {
                Some(DemoAccount {
                    id,
                    role: *role,
                    name: (*name).to_owned(),
                    login: (*login).to_owned(),
                    link: link?,
                })
            })
            .collect())
    }
}
