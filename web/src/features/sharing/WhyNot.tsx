import { QuestionCircleOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { api, body } from "../../api/client";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";
import { ExplanationText } from "./ExplanationText";

/** Why one cannot see a customer. Whether there is one the answer does not tell. */
export function WhyNot({ customerId }: { customerId: string }) {
  const t = useT();
  const showProblem = useShowProblem();
  const ask = useMutation({
    mutationFn: () =>
      body(api.POST("/me/explanations", { body: { customer_id: customerId, action: "read" } })),
    onError: showProblem,
  });
  return (
    <div className="why-not">
      {ask.data === undefined ? (
        <Button
          type="link"
          icon={<QuestionCircleOutlined aria-hidden />}
          loading={ask.isPending}
          onClick={() => ask.mutate()}
        >
          {t("why-not")}
        </Button>
      ) : (
        <ExplanationText explanation={ask.data} />
      )}
    </div>
  );
}
