import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Drawer, Form, Select, Skeleton } from "antd";
import { useState } from "react";
import { APPROVAL_REQUESTED } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { MoveReach, User } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { ErrorState } from "../../ui/ErrorState";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { departmentOptions, departmentsQuery } from "../admin/admin";
import { HandoverProgress } from "./HandoverProgress";
import "./lifecycle.css";
import { type Choice, movePerson, moveQuery } from "./lifecycle";
import { Successor } from "./Successor";

interface Values extends Choice {
  department_id: string;
}

/** Moves a person to another department, after a look at what that changes. */
export function MoveDrawer({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  const queryClient = useQueryClient();
  const [begun, setBegun] = useState(false);
  const departments = useQuery(departmentsQuery);
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const department = Form.useWatch("department_id", form);
  const preview = useQuery({
    ...moveQuery(user.id, department ?? null),
    enabled: department !== undefined && !begun,
  });
  const move = useMutation({
    mutationFn: ({ department_id, ...choice }: Values) => movePerson(user, department_id, choice),
    onSuccess: async () => {
      setBegun(true);
      await queryClient.invalidateQueries({ queryKey: ["handover", user.id] });
      await queryClient.invalidateQueries({ queryKey: ["users"] });
    },
    onError: (error) => {
      if (toApiError(error).code === APPROVAL_REQUESTED) onClose();
      else problem.show(error);
    },
  });
  const options = departmentOptions(departments.data?.items ?? []);
  return (
    <Drawer
      open
      size={560}
      title={t("move-title", { name: user.name })}
      onClose={onClose}
      mask={{ closable: false }}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          closeOnly={begun}
          submit={t("move-confirm")}
          disabled={preview.data === undefined}
          pending={move.isPending}
        />
      }
    >
      {begun ? (
        <HandoverProgress id={user.id} />
      ) : (
        <Form
          form={form}
          layout="vertical"
          initialValues={{ to: "nobody" }}
          onFinish={(values) => {
            problem.clear();
            move.mutate(values);
          }}
        >
          <FormAlert problem={problem} />
          <Form.Item
            name="department_id"
            label={t("move-department")}
            rules={[{ required: true, message: t("error-choice-unknown") }]}
          >
            <Select
              showSearch={{ optionFilterProp: "label" }}
              options={options.filter(({ value }) => value !== user.department_id)}
            />
          </Form.Item>
          {preview.isError && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
          {preview.isFetching && preview.data === undefined && <Skeleton active title={false} />}
          {preview.data !== undefined && (
            <>
              <div className="reaches">
                <Reach title={t("move-before")} reach={preview.data.before} />
                <Reach title={t("move-after")} reach={preview.data.after} />
              </div>
              <p className="soft">{t("move-roles-note")}</p>
              {preview.data.own_customers > 0 && (
                <Successor
                  takers={preview.data.takers}
                  options={[
                    {
                      value: "nobody",
                      label: t("move-customers-along", { count: preview.data.own_customers }),
                    },
                    { value: "colleague", label: t("handover-to-colleague") },
                    { value: "leads", label: t("move-customers-leads") },
                  ]}
                />
              )}
            </>
          )}
        </Form>
      )}
    </Drawer>
  );
}

function Reach({ title, reach }: { title: string; reach: MoveReach }) {
  const t = useT();
  const format = useFormat();
  const { department, departments, customers } = reach;
  return (
    <section className="reach" aria-label={title}>
      <h3>{title}</h3>
      <dl className="facts">
        <div className="fact">
          <dt>{t("user-department")}</dt>
          <dd>{department?.name ?? "–"}</dd>
        </div>
        <div className="fact">
          <dt>{t("move-reach")}</dt>
          <dd>
            {departments == null
              ? t("scope-all")
              : departments.length === 0
                ? t("scope-own")
                : departments.map(({ name }) => name).join(" · ")}
          </dd>
        </div>
        <div className="fact">
          <dt>{t("move-reach-customers")}</dt>
          <dd className="figures">{format.number(customers)}</dd>
        </div>
      </dl>
    </section>
  );
}
