import { render } from "preact";
import { Plate } from "../../shared/ui/plate.tsx";

const page = document.getElementById("page");
if (page !== null) render(<Plate title="Pilot" />, page);
