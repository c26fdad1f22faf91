"""Say what stands on the boards of the demo, by station."""

NOTICES = (("center", "（示例）大厅备有血压计、老花镜和热水，需要的请到服务台。"),)
