"""Rules of Alibaba Cloud SCA (智能对话分析), read from their JSON and written as an author would write them here.

``source`` reads the JSON in every spelling that its interfaces give, ``logic`` the lambda expressions, ``places``
roles, ranges and anchors, ``operators`` one operator each, ``rules`` puts a rule together, ``writing`` makes the YAML.
"""

from qa_engine.rules.sca.rules import ImportedRules, import_rules

__all__ = ["ImportedRules", "import_rules"]
