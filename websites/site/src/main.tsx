import "@websites/shared/styles/site.css";
import { render } from "preact";
import { App, type PageLoaders } from "@websites/shared/ui/app.tsx";
import { startRouter } from "@websites/shared/ui/router.ts";
import routes from "../routes.json";
import { Footer, Header } from "./frame.tsx";

const PAGES: PageLoaders = {
  home: () => import("./pages/home.tsx"),
  directory: () => import("./pages/directory.tsx"),
  emote: () => import("./pages/emote.tsx"),
  "emote-set": () => import("./pages/emote-set.tsx"),
  user: () => import("./pages/user.tsx"),
};

startRouter(routes);
render(
  <App table={routes} pages={PAGES} header={<Header />} footer={<Footer />} />,
  document.getElementById("app")!,
);
