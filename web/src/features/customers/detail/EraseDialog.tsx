import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { api, done, ifMatch } from "../../../api/client";
import type { Customer } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { useShowProblem } from "../../../ui/useProblemText";
import { customerQuery, refreshCustomers } from "../customers";
import { customerName } from "../list/columns";

const BASES = ["request", "purpose_ended", "unlawful"] as const;

interface Props {
  customer: Customer;
  onClose: () => void;
}

/** Erases a customer for good: asks on which basis, and for the name, since nothing brings it back. */
export function EraseDialog({ customer, onClose }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [basis, setBasis] = useState<string>(BASES[0]);
  const [typed, setTyped] = useState("");
  const name = customerName(customer);
  const erase = useMutation({
    mutationFn: () =>
      done(
        api.POST("/customers/{id}/erasure", {
          params: { path: { id: customer.id }, header: { "If-Match": ifMatch(customer.version) } },
          body: { basis },
        }),
      ),
    onSuccess: async () => {
      await navigate({ to: "/customers" });
      queryClient.removeQueries({ queryKey: customerQuery(customer.id).queryKey });
      await refreshCustomers(queryClient);
    },
    onError: showProblem,
  });
  return (
    <Modal
      open
      title={t("customer-erase-title", { name })}
      okText={t("customer-erase")}
      okButtonProps={{ danger: true, disabled: typed.trim() !== name.trim() }}
      confirmLoading={erase.isPending}
      onOk={() => erase.mutate()}
      onCancel={onClose}
    >
      <div className="erase">
        <Alert type="warning" showIcon title={t("customer-erase-text")} />
        <Radio.Group
          aria-label={t("customer-erase-basis")}
          value={basis}
          onChange={({ target }) => setBasis(target.value as string)}
          options={BASES.map((value) => ({ value, label: t(`customer-erase-basis-${value}`) }))}
        />
        <label htmlFor="erase-name">
          <span>{t("customer-erase-type", { name })}</span>
          <Input
            id="erase-name"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            autoComplete="off"
          />
        </label>
      </div>
    </Modal>
  );
}
