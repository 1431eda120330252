"""`dcep up`, and the browser that it shows pages in."""
