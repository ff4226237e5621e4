import { DownloadOutlined } from "@ant-design/icons";
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import type { ReactNode } from "react";
import { fetchFile } from "../api/client";
import { fileNameOf, saveFile } from "./saveFile";
import { useShowProblem } from "./useProblemText";

interface Props {
  /** Path and query below the API. */
  path: string;
  /** The name to give the file if the server gives none. */
  name: string;
  children: ReactNode;
}

/**
 * A file of the API. The page fetches it, as no link can: requests of a registered device carry a proof that only the
 * page can make. The browser holds the file until it is whole, large ones on disk.
 */
export function DownloadButton({ path, name, children }: Props) {
  const showProblem = useShowProblem();
  const download = useMutation({
    mutationFn: async () => {
      const response = await fetchFile(path);
      saveFile(await response.blob(), fileNameOf(response, name));
    },
    onError: showProblem,
  });
  return (
    <Button
      icon={<DownloadOutlined aria-hidden />}
      loading={download.isPending}
      onClick={() => download.mutate()}
    >
      {children}
    </Button>
  );
}
