/** The till of a shop, served at `/pos` by an operator. */

import "../shared/ui/look.css";
import "./pos.css";
import { show } from "../shared/ui/frame.tsx";
import { App } from "./views/app.tsx";
import { CustomerDisplay } from "./views/selling/customer.tsx";

show(location.hash === "#customer" ? <CustomerDisplay /> : <App />);
