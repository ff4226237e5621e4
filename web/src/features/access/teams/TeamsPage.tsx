import { DeleteOutlined, EditOutlined, PlusOutlined, TeamOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { useState } from "react";
import { api, done, ifMatch } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { AccessTeam } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { EmptyState } from "../../../ui/EmptyState";
import { ErrorState } from "../../../ui/ErrorState";
import { ToolButton } from "../../../ui/ToolButton";
import { useShowProblem } from "../../../ui/useProblemText";
import { AccessFrame } from "../AccessFrame";
import { newId, refreshAccess, teamsQuery } from "../access";
import { TeamDrawer } from "./TeamDrawer";
import { type TeamChange, teamChange } from "./teams";

/** Teams across departments, with whom customers can be shared. */
export function TeamsPage() {
  const t = useT();
  const may = useMay();
  const { message, modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const teams = useQuery(teamsQuery);
  const [editing, setEditing] = useState<AccessTeam | null>(null);
  const mayEdit = may("access_teams.update");
  const save = useMutation({
    mutationFn: (change: TeamChange) => {
      if (teams.data === undefined) throw new Error("teams are not there yet");
      return done(
        api.PUT("/access/teams", {
          params: { header: { "If-Match": ifMatch(teams.data.generation) } },
          body: { teams: teamChange(teams.data.teams, change) },
        }),
      );
    },
    onSuccess: async () => {
      void message.success(t("access-team-saved"));
      await refreshAccess(queryClient);
      setEditing(null);
    },
    onError: (thrown) => {
      showProblem(thrown);
      if (toApiError(thrown).status === 412) void refreshAccess(queryClient);
    },
  });
  const remove = ({ id, name }: AccessTeam) =>
    modal.confirm({
      title: t("access-team-delete-title", { name }),
      content: t("access-team-delete-text"),
      okText: t("delete"),
      okButtonProps: { danger: true },
      onOk: () => save.mutate({ id, team: null }),
    });
  return (
    <AccessFrame
      note={t("access-teams-note")}
      actions={
        mayEdit && (
          <Button
            type="primary"
            icon={<PlusOutlined aria-hidden />}
            disabled={teams.data === undefined}
            onClick={() => setEditing({ id: newId(), name: "", members: [] })}
          >
            {t("access-team-add")}
          </Button>
        )
      }
    >
      {teams.isError ? (
        <div className="panel">
          <ErrorState error={teams.error} onRetry={() => void teams.refetch()} />
        </div>
      ) : teams.data === undefined ? (
        <Skeleton active title={false} />
      ) : (
        <section className="panel access-list" aria-label={t("access-tab-teams")}>
          {teams.data.teams.length === 0 ? (
            <EmptyState
              icon={<TeamOutlined />}
              title={t("access-teams-none")}
              text={t("access-teams-none-text")}
            />
          ) : (
            <ul>
              {teams.data.teams.map((team) => (
                <li key={team.id} className="access-row">
                  <div className="access-words">
                    <span className="access-head">
                      <strong>{team.name}</strong>
                      <span className="soft">{t("access-team-count", { count: team.members.length })}</span>
                    </span>
                    <span className="team-members">
                      {team.members.map(({ id, name }) => (
                        <span key={id} className="person">
                          <Avatar name={name} small /> {name}
                        </span>
                      ))}
                    </span>
                  </div>
                  {mayEdit && (
                    <span className="access-tools">
                      <ToolButton
                        title={t("access-edit-named", { name: team.name })}
                        icon={<EditOutlined aria-hidden />}
                        onClick={() => setEditing(team)}
                      />
                      <ToolButton
                        title={t("access-delete-named", { name: team.name })}
                        icon={<DeleteOutlined aria-hidden />}
                        onClick={() => remove(team)}
                      />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {editing !== null && (
        <TeamDrawer
          team={editing}
          saving={save.isPending}
          onSave={(team) => save.mutate({ id: editing.id, team })}
          onClose={() => setEditing(null)}
        />
      )}
    </AccessFrame>
  );
}
