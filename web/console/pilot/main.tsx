import "../../shared/ui/look.css";
import "../console.css";
import "./pilot.css";
import { show } from "../../shared/ui/frame.tsx";
import { Pilot } from "./pilot.tsx";

show(<Pilot />);
