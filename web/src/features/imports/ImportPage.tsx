import { DeleteOutlined, LeftOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button, Popconfirm } from "antd";
import { api, done } from "../../api/client";
import { PagePending } from "../../app/layout/PageStates";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { useShowProblem } from "../../ui/useProblemText";
import { useFields } from "../fields/fields";
import { importQuery, isRunning } from "./imports";
import "./imports.css";
import { RunPanel } from "./RunPanel";
import { StatePill } from "./StatePill";
import { Wizard } from "./Wizard";

/** One import: the wizard until it starts, its progress and result afterwards. */
export function ImportPage() {
  const t = useT();
  const format = useFormat();
  const { id } = useParams({ from: "/shell/imports/$id" });
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { ready } = useFields();
  const showProblem = useShowProblem();
  const { data: subject, isError, error, refetch } = useQuery(importQuery(id));
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/imports/{id}", { params: { path: { id } } })),
    onSuccess: async () => {
      await navigate({ to: "/imports" });
      queryClient.removeQueries({ queryKey: importQuery(id).queryKey });
      await queryClient.invalidateQueries({ queryKey: ["imports", "list"] });
    },
    onError: showProblem,
  });
  if (isError && subject === undefined) {
    return (
      <div className="panel">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  // The steps speak of fields by their labels.
  if (subject === undefined || !ready) return <PagePending />;
  return (
    <>
      <Link to="/imports" className="back-link">
        <LeftOutlined aria-hidden /> {t("imports-title")}
      </Link>
      <PageHeader
        title={
          <span className="import-title">
            {subject.file_name} <StatePill state={subject.state} />
          </span>
        }
        note={`${format.bytes(subject.size)} · ${subject.created_by?.name ?? "–"} · ${format.dateTime(subject.created_at)}`}
        actions={
          !isRunning(subject.state) && (
            <Popconfirm
              title={t("import-delete-title")}
              description={t("import-delete-text")}
              okText={t("delete")}
              onConfirm={() => remove.mutate()}
            >
              <Button icon={<DeleteOutlined aria-hidden />}>{t("delete")}</Button>
            </Popconfirm>
          )
        }
      />
      {subject.state === "detected" ? <Wizard subject={subject} /> : <RunPanel subject={subject} />}
    </>
  );
}
