//! `ottla groups`.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::{Args, Subcommand};
use ottla_client::Client;
use ottla_client::admin::{AdminError, DescribedGroup, DescribedMember};
use serde::Serialize;

use crate::context::Context;
use crate::failure::Failure;

/// `ottla groups …`.
#[derive(Debug, Subcommand)]
pub(crate) enum Groups {
    /// Lists the groups: state, type, members.
    List,
    /// Describes each member of groups.
    Describe(Names),
    /// Deletes groups that have no members.
    Delete(Names),
}

/// Groups by id.
#[derive(Debug, Args)]
pub(crate) struct Names {
    /// The groups.
    #[arg(required = true, value_name = "GROUP")]
    groups: Vec<String>,
}

/// One line of `groups list`.
#[derive(Serialize)]
struct Listed {
    group: String,
    state: Option<String>,
    r#type: Option<String>,
    members: Option<usize>,
}

/// One line of `groups describe`: a member, or a group without any.
#[derive(Serialize)]
struct Described<'a> {
    group: &'a str,
    state: &'a str,
    r#type: &'a str,
    protocol: Option<&'a str>,
    member_id: Option<&'a str>,
    client_id: Option<&'a str>,
    host: Option<&'a str>,
    assignment: Vec<String>,
}

impl Groups {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        let client = context.client().await?;
        match self {
            Self::List => list(&client, context).await,
            Self::Describe(groups) => groups.describe(&client, context).await,
            Self::Delete(groups) => groups.delete(&client).await,
        }
    }
}

async fn list(client: &Client, context: &Context) -> Result<(), Failure> {
    let listed = client.admin().list_groups().await?;
    let names: Vec<&str> = listed.iter().map(|group| &*group.group).collect();
    let described = describe(client, &names).await?;
    let lines: Vec<_> = listed
        .iter()
        .map(|group| Listed {
            group: group.group.to_string(),
            state: group.state.clone(),
            r#type: group.group_type.clone(),
            members: described.get(&group.group).map(|group| group.members.len()),
        })
        .collect();
    context.output.rows(&lines)
}

/// Those groups that can be described: one that is gone meanwhile, or of a type not built yet, is left out.
pub(super) async fn describe(
    client: &Client,
    names: &[&str],
) -> Result<BTreeMap<Arc<str>, DescribedGroup>, Failure> {
    let mut found = BTreeMap::new();
    for (name, result) in client.admin().describe_groups(names).await {
        match result {
            Ok(group) => drop(found.insert(name, group)),
            Err(AdminError::UnknownGroup { .. } | AdminError::UnsupportedGroupType { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

impl Names {
    async fn describe(&self, client: &Client, context: &Context) -> Result<(), Failure> {
        let names: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        let mut groups = Vec::new();
        for (_, result) in client.admin().describe_groups(&names).await {
            groups.push(result.map_err(|error| match error {
                AdminError::UnsupportedGroupType { .. } => {
                    Failure::NotBuiltYet(format!("groups describe: {error}"))
                }
                error => error.into(),
            })?);
        }
        let lines: Vec<_> = groups.iter().flat_map(lines).collect();
        context.output.rows(&lines)
    }

    async fn delete(&self, client: &Client) -> Result<(), Failure> {
        let names: Vec<&str> = self.groups.iter().map(String::as_str).collect();
        for (_, result) in client.admin().delete_groups(&names).await {
            result?;
        }
        Ok(())
    }
}

fn lines(group: &DescribedGroup) -> Vec<Described<'_>> {
    if group.members.is_empty() {
        return vec![line(group, None)];
    }
    group
        .members
        .iter()
        .map(|member| line(group, Some(member)))
        .collect()
}

fn line<'a>(group: &'a DescribedGroup, member: Option<&'a DescribedMember>) -> Described<'a> {
    Described {
        group: &group.group,
        state: &group.state,
        r#type: "classic",
        // A group at rest has none.
        protocol: Some(&*group.assignor).filter(|name| !name.is_empty()),
        member_id: member.map(|member| &*member.member_id),
        client_id: member.map(|member| &*member.client_id),
        host: member.map(|member| &*member.host),
        assignment: member
            .iter()
            .flat_map(|member| &member.assignment)
            .map(ToString::to_string)
            .collect(),
    }
}
