#!/bin/sh
# Makes crm-mon-*.xml from cib-failed.xml with the crm_mon that is installed; dates of the run are taken out.
cd "$(dirname "$0")" || exit 1
CIB_file=cib-failed.xml crm_mon --one-shot --output-as=xml --inactive | sed '/<last_update/d' >crm-mon-failed.xml
