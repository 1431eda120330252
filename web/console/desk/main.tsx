import "../../shared/ui/look.css";
import "../console.css";
import "./desk.css";
import { show } from "../../shared/ui/frame.tsx";
import { Desk } from "./desk.tsx";

show(<Desk />);
