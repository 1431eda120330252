import "../../shared/ui/look.css";
import "../console.css";
import "./board.css";
import { show } from "../../shared/ui/frame.tsx";
import { Board } from "./board.tsx";

show(<Board />);
